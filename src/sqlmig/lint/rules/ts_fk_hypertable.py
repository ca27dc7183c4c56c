"""Foreign keys between hypertables."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Pack
from sqlmig.lint.words import made_here, shown
from sqlmig.sql.definitions import ForeignKey
from sqlmig.sql.identifiers import quote_ident


@file_rule(pack=Pack.TIMESCALE)
def ts_fk_hypertable(file: FileContext) -> Iterator[Flag]:
    """A foreign key from a hypertable to a hypertable.

    Effect: TimescaleDB refuses it.

    Instead: leave it out, and have the application see to it; or refer to a plain table that both share.
    """
    for table in file.changed_tables:
        for key in table.foreign_keys if table.hypertable is not None else ():
            other = file.end.tables.get(key.definition.references) if isinstance(key.definition, ForeignKey) else None
            if other is None or table.hypertable is None or other.hypertable is None:
                continue
            origins = (key.made_by, table.hypertable.made_by, other.hypertable.made_by)
            made_by = next((made for made in origins if made_here(made, file)), None)
            if made_by is not None:
                yield Flag(
                    f"TimescaleDB refuses {quote_ident(key.name)}: {shown(table.name, file)} and"
                    f" {shown(other.name, file)} are both hypertables.",
                    "Leave the foreign key out.",
                    at=made_by.at,
                )
