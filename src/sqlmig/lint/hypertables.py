"""What rules ask of TimescaleDB's tables and options."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmig.sql.definitions import Option
from sqlmig.sql.expressions.calls import FunctionCall, string_of
from sqlmig.sql.reader import Name, Reader
from sqlmig.sql.schema.state import SchemaState
from sqlmig.sql.schema.tables import Hypertable
from sqlmig.sql.tokens import tokenize

_NAMESPACES = ("timescaledb", "tsdb")
_COLUMNSTORE = ("compress", "columnstore", "enable_columnstore")


def hypertable(name: Name, state: SchemaState) -> Hypertable | None:
    """What TimescaleDB knows of a table; None when it is not known to be a hypertable."""
    table = state.table(name)
    return table.hypertable if table is not None else None


def option(options: Iterable[Option], *names: str) -> Option | None:
    """An option of TimescaleDB, by one of the names that it goes by."""
    wanted = {f"{namespace}.{name}" for namespace in _NAMESPACES for name in names}
    return next((found for found in options if found.name in wanted), None)


def enables_columnstore(options: Iterable[Option]) -> bool:
    """Whether options switch the columnstore on, which was called compression before."""
    found = option(options, *_COLUMNSTORE)
    return found is not None and found.on


def named_first(call: FunctionCall) -> Name | None:
    """The relation that a function is called for: its first argument, as a string."""
    argument = call.named_argument(0, "relation", "main_table", "hypertable", "continuous_aggregate")
    text = string_of(argument) if argument is not None else None
    return Reader(tokenize(text).tokens).name() if text is not None else None
