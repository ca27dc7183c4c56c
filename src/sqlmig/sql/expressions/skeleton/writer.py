"""What a skeleton is written with: the small steps that the words and symbols are made of."""

from __future__ import annotations

from typing import Final, NoReturn

from sqlmig.sql.definitions import TypeName
from sqlmig.sql.parse.pieces import NotUnderstood, is_string, name
from sqlmig.sql.parse.types import constant_type_name, interval_fields, starts_built_in, type_name
from sqlmig.sql.reader import Reader
from sqlmig.sql.tokens import Kind, Token


class Writer:
    """What is read next, what is written so far, and what is open."""

    def __init__(self, r: Reader) -> None:
        self.r = r
        self.out: list[str] = []
        self.leaves: set[int] = set()
        """The tokens that are written as numbers."""
        self.types: dict[int, TypeName] = {}
        self.operand = False
        """Whether what was written last is a value, so that an operator may follow and no value."""
        self.open: list[str] = []
        """The parentheses, brackets and CASEs that are open; for some parentheses the word in front of them."""
        self.merging = False
        """Whether the statement is a MERGE."""
        self._prefixes = 0
        self._subscripts = 0
        self._starts = [0]
        """For each level of what is open, where in the text an operand of AND or OR started."""

    def write(self, *pieces: str, operand: bool = False) -> None:
        """Write words and symbols, the last of which may end a value."""
        self.out += pieces
        self.operand = operand
        self._prefixes = 0

    def prefix(self, piece: str) -> None:
        """Write an operator in front of a value."""
        prefixes = self._prefixes + 1
        if prefixes > DEEPEST:
            self.refuse(f"more than {DEEPEST} operators in front of a value")
        self.write(piece)
        self._prefixes = prefixes

    def start(self) -> None:
        """Note that an operand of AND or OR starts here, or something as wide."""
        self._starts[-1] = len(self.out)

    def enclose(self) -> None:
        """Put parentheses around the operand of IS: of what binds weaker there are only AND, OR and NOT.

        So it does not matter how tightly a release of sqlglot has IS bind.
        """
        self.out.insert(self._starts[-1], "(")
        self.write(")", operand=True)

    def subscript(self) -> None:
        """Note a subscript; what sqlglot needs for many in a row grows with their square."""
        self._subscripts = self._subscripts + 1 if self.last == "]" else 0
        if self._subscripts > DEEPEST:
            self.refuse(f"more than {DEEPEST} subscripts")

    def push(self, what: str) -> None:
        """Note that something is open."""
        self.open.append(what)
        self._starts.append(len(self.out))
        if len(self.open) > DEEPEST:
            self.refuse(f"more than {DEEPEST} levels of nesting")

    def pop(self) -> str:
        """Note that the innermost of what is open is closed."""
        if not self.open:
            return ""
        self._starts.pop()
        return self.open.pop()

    @property
    def inside(self) -> str:
        """The innermost of what is open."""
        return self.open[-1] if self.open else ""

    @property
    def last(self) -> str:
        """What was written last."""
        return self.out[-1] if self.out else ""

    def follows(self, text: str, count: int = 1) -> bool:
        """Whether this symbol stands so many tokens behind the next one."""
        token = self.r.ahead(count)
        return token is not None and token.text == text and token.kind is Kind.SYMBOL

    def refuse(self, what: str) -> NoReturn:
        """Give up: this is not known."""
        raise NotUnderstood(what, self.r.at)


# A level takes about twenty frames of sqlglot's parser. Its compiled build knows no limit: here both have the same one.
DEEPEST: Final = 32


def plain(w: Writer) -> None:
    """Write a word of the grammar as it is."""
    w.write(w.r.word)
    w.r.step()


def clause(w: Writer) -> None:
    """Write a word of the grammar behind which a condition may start."""
    plain(w)
    w.start()


def leaf(w: Writer, *, quoted: bool = False) -> None:
    """Write the next token's number."""
    index = w.r.index
    w.leaves.add(index)
    w.write(f"'{index}'" if quoted else f"n{index}", operand=True)
    w.r.step()


def opening(w: Writer, what: str) -> None:
    """Write an opening parenthesis."""
    w.r.step()
    w.write("(")
    w.push(what)


def string(w: Writer) -> None:
    """Write the number of a string, and step over the lines on which it goes on."""
    leaf(w, quoted=True)
    while w.r.next is not None and w.r.next.kind is Kind.STRING:
        w.r.step()
    if w.r.word == "uescape":
        w.refuse("UESCAPE")


def cast(w: Writer, before: str) -> None:
    """Write the number of the type that comes next, behind `::` or AS."""
    index = w.r.index
    _typed(w, before, index, type_name(w.r))


def named(w: Writer) -> None:
    """Write a column, a table, a function; a constant behind its type; leave out the name of an argument."""
    if w.follows("=>") or w.follows(":="):
        w.r.step()
        w.r.step()
    elif w.operand or w.last == "." or not _typed_constant(w):
        leaf(w)


def _typed_constant(w: Writer) -> bool:
    """Write `interval '1' day` and `date '2020-01-01'` as `'1' :: type`."""
    r, first = w.r, w.r.index
    try:
        read = constant_type_name(r) if starts_built_in(r.word) else _other_type(r)
    except NotUnderstood:
        read = None
    if read is None or not is_string(r.next):
        r.back(first)
        return False
    string(w)
    if read.name == "interval" and not read.modifiers:
        interval_fields(r)
    _typed(w, "::", first, read)
    return True


def _other_type(r: Reader) -> TypeName:
    found = name(r)
    return TypeName(schema=found.schema, name=found.name)


def _typed(w: Writer, before: str, index: int, found: TypeName) -> None:
    w.types[index] = found
    w.leaves.add(index)
    w.write(before, f"n{index}", operand=True)


def ends_here(token: Token | None) -> bool:
    """Whether a value or a source ends in front of this token."""
    return token is None or token.text in (")", ",") or token.word in CLAUSES


QUERIES: Final = frozenset({"select", "with", "values", "table", "insert", "update", "delete", "merge"})
"""The words that a query or a statement with rows begins with."""

CLAUSES: Final = frozenset(
    {
        *("from", "where", "group", "having", "window", "union", "intersect", "except", "order", "limit", "offset"),
        *("fetch", "for", "on", "join", "left", "right", "full", "inner", "cross", "natural", "using", "set", "when"),
        *("returning",),
    }
)
"""The words that a part of a query begins with behind another."""
