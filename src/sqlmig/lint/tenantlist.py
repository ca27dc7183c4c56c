"""The table that lists the tenants, and the type that tells one from another."""

from __future__ import annotations

from collections import Counter

from sqlmig.lint.context import FileContext
from sqlmig.sql.definitions import TypeName
from sqlmig.sql.parse.pieces import NotUnderstood
from sqlmig.sql.parse.types import type_name
from sqlmig.sql.reader import Name, Reader
from sqlmig.sql.schema.tables import Table
from sqlmig.sql.tokens import SqlTextError, tokenize


def tenant_list(file: FileContext) -> Table | None:
    """The table whose rows are the tenants: what tenant columns refer to, or what is called as they are.

    With the column `tenant_id` that is `tenants` or `tenant`. None when there are several, or none is known.
    """
    tables = file.end.tables
    referred = [tables[name] for name in file.tenant_lists if name in tables]
    return referred[0] if len(referred) == 1 else None


def expected_type(file: FileContext, of: Name | None = None) -> tuple[TypeName, str] | None:
    """The type that tenant columns should have, and who says so; None when nobody does.

    Args:
        file: the file in which one is made.
        of: the table that gets it, which is no witness itself.
    """
    settings = file.settings
    if settings.lint.tenant_type is not None:
        try:
            return type_name(Reader(tokenize(settings.lint.tenant_type).tokens)), "`lint.tenant_type` says"
        except (NotUnderstood, SqlTextError):
            return None
    listing = tenant_list(file)
    key = listing.primary_key if listing is not None else None
    if listing is not None and key is not None and len(key.columns) == 1:
        column = listing.column(key.columns[0])
        if column is not None and column.type is not None:
            return stored(column.type), f"{listing.name.name}.{column.name} is"
    found = Counter(
        stored(column.type)
        for table in file.start.tables.values()
        if (column := table.column(settings.tenant_column)) is not None and table.name != of and column.type is not None
    )
    if not found:
        return None
    most, count = found.most_common(1)[0]
    where = "the other table has" if count == 1 else f"{count} other tables have"
    return most, where


def stored(type_: TypeName) -> TypeName:
    """The type that a column of it refers to: serial is an integer with a default."""
    return _SERIAL.get(type_.name, type_) if type_.serial else type_


def same_type(one: TypeName, other: TypeName) -> bool:
    """Whether values of two types compare without a cast and are stored alike."""
    names = {_ALIKE.get(each.builtin, each.builtin) for each in (one, other)}
    return len(names) == 1 if "" not in names else one == other


_ALIKE = {"varchar": "text", "bpchar": "text"}
_SERIAL = {
    name: TypeName(schema="pg_catalog", name=stored_as)
    for stored_as, names in {
        "int2": ("smallserial", "serial2"),
        "int4": ("serial", "serial4"),
        "int8": ("bigserial", "serial8"),
    }.items()
    for name in names
}
