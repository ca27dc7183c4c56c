"""The names that PostgreSQL chooses for what is made without one: `deals_pkey`, `deals_stage_id_fkey`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count

from sqlmig.sql.definitions import Expression, IndexElement
from sqlmig.sql.identifiers import MAX_BYTES
from sqlmig.sql.tokens import tokenize


def choose_name(first: str, second: str | None, label: str, taken: Callable[[str], bool]) -> str:
    """The first of first_second_label, first_second_label1, first_second_label2, ... that is not taken."""
    for attempt in count():
        name = _joined(first, second, f"{label}{attempt or ''}")
        if not taken(name):
            break
    return name


def _joined(first: str, second: str | None, label: str) -> str:
    """The parts with _ between them, the longer of the first two cut until everything fits (makeObjectName)."""
    lengths = [len(first.encode()), len((second or "").encode())]
    room = MAX_BYTES - len(label.encode()) - (1 if second is None else 2)
    while sum(lengths) > room:
        lengths[lengths[0] <= lengths[1]] -= 1
    parts = (_cut(part, length) for part, length in zip((first, second), lengths, strict=True) if part is not None)
    return "_".join((*parts, label))


def _cut(name: str, length: int) -> str:
    return name.encode()[:length].decode(errors="ignore")


def joined_columns(names: Iterable[str]) -> str:
    """The columns as they stand in the name of an index or a foreign key (ChooseIndexNameAddition)."""
    text = ""
    for name in names:
        text = f"{text}_{name}" if text else name
        if len(text.encode()) > MAX_BYTES:
            break
    return text


def index_column_names(elements: Sequence[IndexElement], include: Sequence[str]) -> list[str]:
    """The names of an index's own columns: of an expression that of its column or function, else "expr"."""
    chosen: list[str] = []
    for name in (*map(_element_name, elements), *include):
        for attempt in count():
            number = str(attempt or "")
            candidate = _cut(name, MAX_BYTES - len(number)) + number
            if candidate not in chosen:
                break
        chosen.append(candidate)
    return chosen


def _element_name(element: IndexElement) -> str:
    if element.column is not None:
        return element.column
    return (element.expression and _label(element.expression)) or "expr"


def _label(expression: Expression) -> str | None:
    """What the column of a query would be called that is this expression."""
    # Loaded late: reading expressions is more than most files ask for.
    from sqlmig.sql.expressions.output import output_columns

    text = f"SELECT ({expression.text})"
    columns = output_columns(Expression(text=text, start=0, tokens=tokenize(text).tokens))
    return columns[0] if columns else None
