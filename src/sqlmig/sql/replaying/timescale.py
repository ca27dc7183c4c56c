"""TimescaleDB: which tables are hypertables, and whether their chunks are compressed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from sqlmig.sql.definitions import Option
from sqlmig.sql.operations.rows import Select
from sqlmig.sql.replaying.draft import Draft, Handler
from sqlmig.sql.schema.tables import Hypertable, Table

if TYPE_CHECKING:
    from sqlmig.sql.expressions.calls import FunctionCall


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
    if not any(token.word == "create_hypertable" for token in operation.query.tokens):
        return
    # Loaded late: few migrations have need of it.
    from sqlmig.sql.expressions.calls import calls
    from sqlmig.sql.expressions.names import literal_names

    names = {name.at: name for name in literal_names(operation.query)}
    for call in calls(operation.query):
        relation = call.named_argument(0, "relation", "main_table", "hypertable")
        if call.name.name != "create_hypertable" or relation is None or relation.start not in names:
            continue
        table = draft.table_to_alter(names[relation.start])
        if table is not None:
            made = Hypertable(time_column=_time_column(call), made_by=draft.origin)
            draft.put_table(table.replaced(hypertable=made))


def _time_column(call: FunctionCall) -> str | None:
    from sqlmig.sql.expressions.calls import calls, string_of

    dimension = call.named_argument(1, "time_column_name", "dimension")
    if dimension is None:
        return None
    by_range = next((inner for inner in calls(dimension) if inner.name.name == "by_range"), None)
    column = dimension if by_range is None else by_range.named_argument(0, "column_name")
    return None if column is None else string_of(column)


HANDLERS: Final[dict[type, Handler]] = {Select: select}
