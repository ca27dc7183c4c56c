"""The numbers of a skeleton on their way back: what each stands for, and which are still missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

from sqlglot import exp

from sqlmig.sql.definitions import TypeName
from sqlmig.sql.expressions.skeleton.skeleton import Skeleton
from sqlmig.sql.expressions.tree import Call, Column, Default, Literal, LiteralKind, Node, Parameter
from sqlmig.sql.identifiers import fold, string_value
from sqlmig.sql.parse.pieces import NotUnderstood
from sqlmig.sql.tokens import Kind, Token

T = TypeVar("T")

DEEPEST: Final = 100
"""How deep a tree may be, so that whoever goes through it does not run out of stack."""

Maker = Callable[["Account", Any], Node]
"""Makes a node of ours of one of sqlglot's."""


def refuse(what: str) -> NotUnderstood:
    """What to raise when a node of sqlglot's is not what it should be."""
    return NotUnderstood(what, -1)


def given(x: Any, key: str) -> Any:
    """An argument of a node of sqlglot's, or None: some releases put False where there is none."""
    value = x.args.get(key)
    return value if isinstance(value, (exp.Expression, list)) else None


class Account:
    """Goes through sqlglot's tree once, and keeps account."""

    def __init__(self, tokens: tuple[Token, ...], written: Skeleton, makers: Mapping[type, Maker]) -> None:
        self._tokens = tokens
        self._written = written
        self._makers = makers
        self._seen: set[int] = set()
        self._depth = 0

    @property
    def complete(self) -> bool:
        """Whether every number came back."""
        return self._seen == self._written.leaves

    # --- nodes ---

    def node(self, x: Any) -> Node:
        """A node of ours."""
        maker = self._makers.get(type(x))
        if maker is None:
            raise refuse(f"{type(x).__name__} is not known")
        return self.inside(maker, x)

    def inside(self, maker: Callable[[Account, Any], T], x: Any) -> T:
        """Make something one level deeper."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise refuse(f"more than {DEEPEST} nodes inside each other")
        made = maker(self, x)
        self._depth -= 1
        return made

    def nodes(self, items: Iterable[Any] | None) -> tuple[Node, ...]:
        """Those of a list."""
        return tuple(self.node(item) for item in items or ())

    def optional(self, x: Any) -> Node | None:
        """A node, if there is one."""
        return None if x is None else self.node(x)

    def rest(self, x: Any, *known: str) -> tuple[Node, ...]:
        """All nodes in a node of sqlglot's, but for those arguments of it that are known already."""
        found: list[Node] = []
        for key, value in x.args.items():
            if key not in known:
                items = value if isinstance(value, list) else [value]
                found += [self.node(item) for item in items if isinstance(item, exp.Expression) and not _is_word(item)]
        return tuple(found)

    # --- numbers ---

    def index(self, name: object) -> int:
        """The token that a number stands for."""
        number = int(str(name).removeprefix("n"))
        if number not in self._written.leaves:
            raise refuse("sqlglot made up a name")
        self._seen.add(number)
        return number

    def token(self, index: int) -> Token:
        """A token of the expression."""
        return self._tokens[index]

    def name(self, index: int) -> str:
        """The name that a token stands for."""
        token = self._tokens[index]
        if token.kind not in (Kind.WORD, Kind.IDENTIFIER):
            raise refuse("no name")
        return fold(token)

    def label(self, x: Any) -> str:
        """The name that an identifier of sqlglot's stands for."""
        return self.name(self.index(x.name))

    def labels(self, items: Iterable[Any] | None) -> tuple[str, ...]:
        """Several names: columns behind an alias, or in USING."""
        return tuple(self.label(item) for item in items or ())

    def qualifiers(self, x: Any, *keys: str) -> tuple[str, ...]:
        """The parts of a dotted name that are there."""
        return tuple(self.label(part) for key in keys if (part := given(x, key)) is not None)

    def type(self, index: int) -> TypeName:
        """The type that starts with a token."""
        return self._written.types[index]

    def leaf(self, index: int) -> Node:
        """A value that is one token."""
        token = self._tokens[index]
        match token.kind:
            case Kind.NUMBER:
                return Literal(kind=LiteralKind.NUMBER, value=_decimal(token.text), token=index)
            case Kind.PARAMETER:
                return Parameter(text=token.text, token=index)
            case Kind.STRING:
                return self._string(index)
            case _ if token.word in _CONSTANTS:
                return Literal(kind=_CONSTANTS[token.word], token=index)
            case _ if token.word == "default":
                return Default(token=index)
            case _ if token.word in _VALUE_FUNCTIONS:
                return Call(parts=(token.word,), token=index)
            case _:
                return Column(parts=(self.name(index),), token=index)

    def _string(self, index: int) -> Literal:
        last = index + 1
        while last < len(self._tokens) and self._tokens[last].kind is Kind.STRING:
            last += 1
        parts = self._tokens[index:last]
        if parts[0].text[0] in "bBxX":
            text = parts[0].text
            return Literal(kind=LiteralKind.BITS, value=text[0].lower() + text[1:], token=index)
        return Literal(kind=LiteralKind.STRING, value=string_value(*parts), token=index)


def _is_word(x: exp.Expression) -> bool:
    """Whether it is a word of the grammar, which sqlglot keeps as a node."""
    return isinstance(x, exp.Var)


def _decimal(text: str) -> str:
    """A number without underscores; hexadecimal and the like as decimal."""
    plain = text.replace("_", "")
    return str(int(plain, 0)) if plain[1:2] in tuple("xXoObB") else plain


_CONSTANTS: Final = {"null": LiteralKind.NULL, "true": LiteralKind.TRUE, "false": LiteralKind.FALSE}
_VALUE_FUNCTIONS: Final = frozenset(
    {
        *("current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "current_catalog"),
        *("current_role", "current_schema", "current_user", "session_user", "system_user", "user"),
    }
)
