"""Which columns an expression reads, as far as its tokens say, and by which names when columns have been renamed.

What a schema state keeps of an expression is what was written. A column that is renamed afterwards has its old name
there: `Renames` are pairs of the name as it is written and the name as it is now.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlmig.sql.definitions import Expression
from sqlmig.sql.identifiers import fold
from sqlmig.sql.tokens import Kind

Renames = tuple[tuple[str, str], ...]


def mentions(name: str, *expressions: Expression | None) -> bool:
    """Whether a name occurs in one of the expressions, as whatever: true more often than it is read."""
    return any(
        token.kind in (Kind.WORD, Kind.IDENTIFIER) and fold(token) == name
        for expression in expressions
        if expression is not None
        for token in expression.tokens
    )


def columns_read(expression: Expression, columns: Iterable[str]) -> tuple[str, ...]:
    """Which of a table's columns its expression reads, each once; for expressions over one table, without queries."""
    known = frozenset(columns)
    found: dict[str, None] = {}
    for at, token in enumerate(expression.tokens):
        if token.kind not in (Kind.WORD, Kind.IDENTIFIER) or (name := fold(token)) not in known:
            continue
        before = expression.tokens[at - 1].text if at else ""
        behind = expression.tokens[at + 1] if at + 1 < len(expression.tokens) else None
        if before == "::" or (behind is not None and (behind.text in ("(", ".") or behind.kind is Kind.STRING)):
            continue
        found[name] = None
    return tuple(found)


def reads(column: str, renames: Renames, *expressions: Expression | None) -> bool:
    """Whether one of a table's expressions reads a column, by whatever name it is written there."""
    name = as_written(column, renames)
    return name is not None and any(found and columns_read(found, (name,)) for found in expressions)


def as_written(column: str, renames: Renames) -> str | None:
    """The name that an expression has a column by; None when the column came after it."""
    for written, now in renames:
        if now == column:
            return written
    return None if any(written == column for written, _ in renames) else column


def renamed(renames: Renames, name: str, new: str, *expressions: Expression | None) -> Renames:
    """The renames of these expressions after one more."""
    written = as_written(name, renames)
    if written is None or not mentions(written, *expressions):
        return renames
    others = tuple(pair for pair in renames if pair[0] != written)
    return others if written == new else (*others, (written, new))


def same_text(one: Expression | None, other: Expression | None) -> bool:
    """Whether two expressions are written alike, but for white space and the case of words."""
    if one is None or other is None:
        return one is other
    return _words(one) == _words(other)


def _words(expression: Expression) -> list[str]:
    return [token.word or token.text for token in expression.tokens]
