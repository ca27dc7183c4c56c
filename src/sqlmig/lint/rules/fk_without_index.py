"""Foreign keys without an index on the referencing side."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.additions import changed_tables
from sqlmig.lint.breaking import is_down
from sqlmig.lint.context import FileContext
from sqlmig.lint.remedies import OFF, columns
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import made_here, shown
from sqlmig.sql.definitions import ForeignKey
from sqlmig.sql.expressions.not_null import proves_not_null
from sqlmig.sql.identifiers import quote_ident, truncate
from sqlmig.sql.schema.tables import Index, Table


@file_rule(severity=Severity.WARNING)
def fk_without_index(file: FileContext) -> Iterator[Flag]:
    """A new foreign key whose columns, at the end of the migration, begin no index of its table.

    Effect: each DELETE in the referenced table, and each UPDATE of its key, reads the whole referencing table while it
    holds its locks.

    Instead: an index that begins with the columns of the foreign key.

    Unless: the table is temporary, foreign or small, or the foreign key is not enforced.
    """
    if is_down(file.file):
        return
    for table in changed_tables(file):
        if table.temporary or table.foreign or file.settings.is_small(table.name):
            continue
        for key in table.foreign_keys:
            definition = key.definition
            if key.inherited or not made_here(key.made_by, file) or not isinstance(definition, ForeignKey):
                continue
            if key.enforced and not any(_serves(index, key.columns, file) for index in file.end.indexes_on(table.name)):
                yield _flag(table, definition, file)


def _serves(index: Index, wanted: tuple[str, ...], file: FileContext) -> bool:
    """Whether the rows that refer to one row can be looked up in an index.

    Where a key has the tenant column among others, an index that begins with one of the others will do.
    """
    if index.method not in ("btree", "hash", "gist"):
        return False
    if index.where is not None and not set(proves_not_null(index.where) or ()) & set(wanted):
        return False
    if set(index.columns[: len(wanted)]) == set(wanted):
        return True
    return file.settings.tenant_column in wanted and index.columns[0] in {*wanted} - {file.settings.tenant_column}


def _flag(table: Table, key: ForeignKey, file: FileContext) -> Flag:
    name, other = shown(table.name, file), shown(key.references, file)
    listed = ", ".join(map(quote_ident, key.columns))
    index = quote_ident(truncate("_".join([table.name.name, *key.columns, "idx"])))
    message = f"No index of {name} begins with {listed}: each DELETE in {other} reads the whole of {name}."
    if table.name in file.made:
        return Flag(
            message, "Add to this migration:", f"CREATE INDEX {index} ON {name} {columns(key.columns)};", at=key.at
        )
    if not table.known_from_creation:
        message = (
            f"No index of {name} that is known here begins with {listed}: without one, each DELETE in {other} reads the"
            f" whole of {name}."
        )
    if table.partition_by is not None:
        return Flag(message, "Build one on each partition, and attach them, before this migration.", at=key.at)
    concurrently, options = "CONCURRENTLY ", ""
    if table.hypertable is not None:
        concurrently, options = "", " WITH (timescaledb.transaction_per_chunk)"
    # The columns of this very migration can have no index before it.
    before = file.start.tables.get(table.name)
    new = before is not None and any(before.column(column) is None for column in key.columns)
    return Flag(
        message,
        f"Build one, in a migration of its own {'behind' if new else 'before'} this one:",
        f"{OFF}\nCREATE INDEX {concurrently}{index} ON {name} {columns(key.columns)}{options};",
        at=key.at,
    )
