"""TimescaleDB: which tables are hypertables, and whether their chunks are compressed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlmig.sql.definitions import Expression, Option
from sqlmig.sql.operations.rows import Select
from sqlmig.sql.reader import Name
from sqlmig.sql.replaying.draft import Draft, Handler
from sqlmig.sql.schema.tables import Hypertable, Table


def with_hypertable(draft: Draft, table: Table, options: Iterable[Option], *, reset: bool = False) -> Table:
    """The table with what options of TimescaleDB say of it."""
    for option in options:
        namespace, _, name = option.name.partition(".")
        if namespace in ("tsdb", "timescaledb"):
            known = table.hypertable or Hypertable(time_column=None, made_by=draft.origin)
            table = table.replaced(hypertable=_changed(known, name, option, reset=reset))
    return table


def _changed(hypertable: Hypertable, name: str, option: Option, *, reset: bool) -> Hypertable:
    match name:
        case "partition_column":
            return hypertable.replaced(time_column=option.value)
        case "compress" | "columnstore" | "enable_columnstore":
            return hypertable.replaced(columnstore=option.on and not reset)
        case "compress_segmentby" | "segmentby":
            return hypertable.replaced(segment_by=() if reset else _columns(option.value))
        case "compress_orderby" | "orderby":
            return hypertable.replaced(order_by=None if reset else option.value)
        case _:
            return hypertable


def _columns(value: str | None) -> tuple[str, ...]:
    return tuple(column.strip().strip('"') for column in (value or "").split(",") if column.strip())


def select(draft: Draft, operation: Select) -> None:
    """SELECT create_hypertable('table', 'time', ...), or with by_range('time')."""
    if not _calls_something(operation.query, "create_hypertable"):
        return
    from sqlmig.sql.expressions.calls import calls, string_argument

    found = calls(operation.query)
    for call in found or ():
        if call.name.name != "create_hypertable":
            continue
        name = string_argument(call, 0)
        table = draft.table_to_alter(_relation_name(name)) if name is not None else None
        if table is None:
            continue
        inner = next((other for other in found or () if other.name.name == "by_range"), None)
        column = string_argument(inner, 0) if inner is not None else string_argument(call, 1)
        draft.put_table(table.replaced(hypertable=Hypertable(time_column=column, made_by=draft.origin)))


def _calls_something(query: Expression, name: str) -> bool:
    return any(token.word == name for token in query.tokens)


def _relation_name(text: str) -> Name:
    """A name as a regclass reads it."""
    from sqlmig.sql.reader import Reader
    from sqlmig.sql.tokens import tokenize

    return Reader(tokenize(text).tokens).name() or Name(None, text)


HANDLERS: Final[dict[type, Handler]] = {Select: select}
