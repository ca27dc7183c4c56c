"""Which functions are called, from the tokens alone: an answer for any text, in a time that grows with its length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sqlmig.sql.definitions import Expression
from sqlmig.sql.expressions.slices import is_name, matching, part, start_of_name
from sqlmig.sql.identifiers import fold
from sqlmig.sql.parse.keywords import COLUMN_NAMES, FUNCTION_NAMES, RESERVED
from sqlmig.sql.parse.pieces import is_string
from sqlmig.sql.reader import Name, Reader
from sqlmig.sql.record import Record, aside
from sqlmig.sql.tokens import Kind, Token


class FunctionCall(Record):
    """One call. What PostgreSQL's grammar makes of words of its own (COALESCE, CAST, ROW, CURRENT_USER) is none."""

    name: Name
    at: int
    """Offset of its name."""
    within: Expression = aside()
    """The expression in which it stands."""
    name_from: int = aside()
    """Index, among the tokens of that expression, of the first one of the name."""
    opening: int = aside()
    """Index of the parenthesis behind the name."""
    closing: int = aside()
    pairs: dict[int, int] = aside()
    """What closes what in that expression."""

    @property
    def arguments(self) -> tuple[Expression, ...]:
        """Its arguments, cut at commas; a name in front (`a => x`) and VARIADIC are left out.

        Of EXTRACT, SUBSTRING and others with words instead of commas, all that is in the parentheses is one argument.
        """
        return tuple(part(self.within, first, last) for _, first, last in self._cuts())

    @property
    def argument_names(self) -> tuple[str | None, ...]:
        """For each argument the name that is written in front of it."""
        return tuple(name for name, _, _ in self._cuts())

    def named_argument(self, position: int, *names: str) -> Expression | None:
        """The argument at this place, or with one of these names."""
        for index, (given, first, last) in enumerate(self._cuts()):
            if given in names or (given is None and index == position):
                return part(self.within, first, last)
        return None

    def _cuts(self) -> Iterator[tuple[str | None, int, int]]:
        tokens = self.within.tokens
        first = at = self.opening + 1
        while at < self.closing:
            if tokens[at].text == ",":
                yield from _argument(tokens, first, at)
                first = at + 1
            at = max(self.pairs.get(at, at), at) + 1
        yield from _argument(tokens, first, self.closing)


def _argument(tokens: Sequence[Token], first: int, last: int) -> Iterator[tuple[str | None, int, int]]:
    if first == last:
        return
    name = None
    if last - first > 2 and tokens[first + 1].text in ("=>", ":=") and is_name(tokens[first]):
        name = fold(tokens[first])
        first += 2
    if last - first > 1 and tokens[first].word == "variadic":
        first += 1
    yield name, first, last


def calls(e: Expression) -> tuple[FunctionCall, ...]:
    """All calls, in the order of their names; those in subqueries and in arguments too."""
    return tuple(_calls(e, matching(e.tokens)))


def bare_calls(e: Expression) -> tuple[FunctionCall, ...]:
    """The calls that are made again for each row: those in no scalar subquery, and in no subquery without FROM."""
    pairs = matching(e.tokens)
    wrapped = _wrapped(e.tokens, pairs)
    return tuple(call for call in _calls(e, pairs) if not wrapped[call.opening])


def string_argument(call: FunctionCall, index: int) -> str | None:
    """What an argument stands for that is a string alone, or a string with a cast behind it."""
    arguments = call.arguments
    return string_of(arguments[index]) if index < len(arguments) else None


def string_of(e: Expression) -> str | None:
    """What an expression stands for that is a string alone, or a string with a cast behind it."""
    r = Reader(e.tokens)
    value = r.string() if is_string(r.next) else None
    return value if r.next is None or r.is_symbol("::") else None


def _calls(e: Expression, pairs: dict[int, int]) -> Iterator[FunctionCall]:
    tokens = e.tokens
    for opening, closing in sorted(pairs.items()):
        if tokens[opening].text != "(" or not opening or not is_name(tokens[opening - 1]):
            continue
        first = start_of_name(tokens, opening - 1)
        if not _calls_function(tokens, first, opening, pairs):
            continue
        parts = [fold(tokens[index]) for index in range(first, opening, 2)]
        at = tokens[first].start
        yield FunctionCall(
            name=Name(parts[-2] if len(parts) > 1 else None, parts[-1], at),
            at=at,
            within=e,
            name_from=first,
            opening=opening,
            closing=closing,
            pairs=pairs,
        )


# --- what has parentheses behind it, and is no function ---


def _calls_function(tokens: Sequence[Token], first: int, opening: int, pairs: dict[int, int]) -> bool:
    if first == opening - 1 and tokens[first].word in _NOT_FUNCTIONS:
        return False
    if _is_cte(tokens, pairs[opening]):
        return False
    if not first:
        return True
    before = tokens[first - 1]
    match before.kind:
        case Kind.WORD:
            return before.word in _BEFORE_A_VALUE
        case Kind.SYMBOL if before.text == ")":
            return _ends_distinct_on(tokens, pairs.get(first - 1, 0))
        case Kind.SYMBOL:
            return before.text not in ("::", "]")
        case _:
            return False


def _is_cte(tokens: Sequence[Token], closing: int) -> bool:
    """Whether a query of WITH follows what is closed here: `name (columns) AS (SELECT ...)`."""
    behind = [token.word or token.text for token in tokens[closing + 1 : closing + 6]]
    opening = next((index for index, word in enumerate(behind) if word not in ("as", "not", "materialized")), 0)
    return (
        behind[:1] == ["as"]
        and behind[opening] == "("
        and (
            opening > 1
            or behind[opening + 1 : opening + 2] == ["("]
            or not _QUERIES.isdisjoint(behind[opening + 1 :][:1])
        )
    )


def _ends_distinct_on(tokens: Sequence[Token], opening: int) -> bool:
    """Whether what opens here is the list of DISTINCT ON, the one list that a value follows without a comma."""
    return opening > 1 and tokens[opening - 1].word == "on" and tokens[opening - 2].word == "distinct"


_QUERIES: Final = frozenset({"select", "with", "values", "table", "insert", "update", "delete", "merge"})
_SPECIAL_FUNCTIONS: Final = frozenset({"extract", "normalize", "overlay", "position", "substring", "trim"})
_NOT_FUNCTIONS: Final = (
    RESERVED
    | (COLUMN_NAMES - _SPECIAL_FUNCTIONS)
    | (FUNCTION_NAMES - {"current_schema", "left", "right"})
    | {"columns", "conflict", "cube", "materialized", "operator", "rollup"}
)
_BEFORE_A_LIST: Final = frozenset({"as", "column", "constraint", "for", "into", "primary", "references", "table"})
"""The reserved words that columns, a type or something else follows; behind those for values an alias does."""

_BEFORE_A_VALUE: Final = (RESERVED - _BEFORE_A_LIST - {"null", "true", "false", "end"}) | frozenset(
    {
        *("between", "by", "call", "escape", "ilike", "inner", "is", "join", "like", "overlaps", "perform", "return"),
        "zone",
    }
)
"""The words behind which a name with parentheses is a call; behind other words, which are names, it is an alias."""


# --- what stands in a subquery ---


def _wrapped(tokens: Sequence[Token], pairs: dict[int, int]) -> list[bool]:
    """For each token whether it stands in a subquery that PostgreSQL can compute once, for all rows."""
    reads = _with_from(tokens)
    found: list[bool] = []
    waiting = [(len(tokens), False)]
    for index, token in enumerate(tokens):
        while index >= waiting[-1][0]:
            waiting.pop()
        inside = waiting[-1][1]
        found.append(inside)
        if token.text == "(" and index in pairs:
            query = index + 1 < len(tokens) and tokens[index + 1].word in _QUERIES
            once = query and (index not in reads or _is_scalar(tokens, index))
            waiting.append((pairs[index], inside or once))
    return found


def _with_from(tokens: Sequence[Token]) -> set[int]:
    """The opening parentheses of queries with a FROM."""
    found: set[int] = set()
    waiting: list[int] = []
    for index, token in enumerate(tokens):
        if token.text in ("(", "["):
            waiting.append(index)
        elif token.text in (")", "]") and waiting:
            waiting.pop()
        elif waiting and token.word in ("from", "table") and tokens[index - 1].word != "distinct":
            found.add(waiting[-1])
    return found


def _is_scalar(tokens: Sequence[Token], opening: int) -> bool:
    """Whether a subquery is a value: it is not behind IN, EXISTS and the like, nor behind FROM."""
    before = opening - 1
    while before >= 0 and tokens[before].text == "(":
        before -= 1
    return before < 0 or tokens[before].word not in _BEFORE_ROWS


_BEFORE_ROWS: Final = frozenset(
    {"exists", "in", "any", "some", "all", "array", "from", "join", "lateral", "as", "union", "intersect", "except"}
)
