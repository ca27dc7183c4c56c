"""Tables written anew."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.lint.words import listed
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.session import Cluster, Vacuum
from sqlmig.sql.operations.tables import SetAccessMethod, SetPersistence, SetTablespace


@rule(Vacuum, Cluster, SetPersistence, SetTablespace, SetAccessMethod)
def vacuum_full_cluster(operation: Operation, context: Context) -> Iterator[Flag]:
    """VACUUM FULL, CLUSTER, SET LOGGED, SET UNLOGGED, SET TABLESPACE, SET ACCESS METHOD.

    Effect: an ACCESS EXCLUSIVE lock on the table while it is written anew with all its indexes. Nobody can read or
    write it until that is done.

    Instead: pg_repack, or a copy that is kept up to date and swapped in; plain VACUUM where it is only about space.

    Unless: the table is made by the same migration.
    """
    match operation:
        case Vacuum(full=True, tables=tables):
            names, what = tables, "VACUUM FULL writes"
        case Cluster(table=table):
            names, what = (table,) if table is not None else (), "CLUSTER writes"
        case SetPersistence(table=table) | SetAccessMethod(table=table):
            names, what = (table,), "This writes"
        case SetTablespace(table=table) if not context.is_new(table):
            yield Flag(
                f"This copies the whole of {context.shown(table)}, but not its indexes, while nobody can read or write"
                " there.",
                "Use pg_repack, which can move it while it stays in use.",
            )
            return
        case _:
            return
    if names and all(map(context.is_new, names)):
        return
    which = listed([context.shown(name) for name in names]) if names else "every table of the database"
    yield Flag(
        f"{what} {which} anew, with all indexes, while nobody can read or write there.",
        "Use pg_repack, or copy the rows in batches into a new table and swap the two.",
    )
