"""Tenant columns of different types."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.keys import tables_to_judge
from sqlmig.lint.rule import file_rule
from sqlmig.lint.tenantlist import expected_type, same_type, stored
from sqlmig.lint.values import Flag
from sqlmig.lint.words import made_here, shown
from sqlmig.sql.definitions import TypeName
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.tables import AddColumn, AlterColumnType, CreateTable
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.objects import Domain
from sqlmig.sql.schema.texts import type_text


@file_rule()
def tenant_column_type(file: FileContext) -> Iterator[Flag]:
    """A tenant column of another type than `lint.tenant_type`, or, where that is not set, than the key of the table
    that lists the tenants, or than most other tables have.

    Effect: a policy or a join has to cast one side. Without the cast it fails (`operator does not exist: text = uuid`);
    with a cast of the column its index is not used. With a smaller integer the larger numbers do not fit.

    Instead: the one type everywhere.

    Unless: the column's type, or the one that it should have, is not known. A domain counts as the type that it is of.
    """
    name = file.settings.tenant_column
    written = _written(file)
    for table in tables_to_judge(file):
        column = table.column(name)
        at = written.get(table.name)
        expected = expected_type(file, table.name) if column is not None and at is not None else None
        if column is None or column.type is None or at is None or expected is None:
            continue
        wanted, says = expected
        domain = file.end.domain(column.type)
        found = domain.type if isinstance(domain, Domain) else stored(column.type)
        if found is None or same_type(found, wanted) or _is_same_domain(column.type, wanted, file):
            continue
        shown_name = shown(table.name, file)
        sql = f"{quote_ident(name)} {type_text(wanted)}" if made_here(table.made_by, file) else ""
        yield Flag(
            f"{quote_ident(name)} of {shown_name} is {type_text(found)}; {says} {type_text(wanted)}."
            f" {_harm(found, wanted, shown_name)}",
            "Give it the same type:" if sql else f"Make it {type_text(wanted)}.",
            sql,
            at=at,
        )


def _is_same_domain(type_: TypeName, wanted: TypeName, file: FileContext) -> bool:
    """Whether both are the same domain, or the one that is wanted is a domain over what is there."""
    domain = file.end.domain(wanted)
    return type_ == wanted or (domain is not None and domain.type is not None and same_type(domain.type, type_))


_INTEGERS = ("int2", "int4", "int8")


def _harm(found: TypeName, wanted: TypeName, table: str) -> str:
    if found.builtin in _INTEGERS and wanted.builtin in _INTEGERS:
        least = 32767 if "int2" in (found.builtin, wanted.builtin) else 2147483647
        if found.builtin < wanted.builtin:
            return f"A tenant whose number is beyond {least} does not fit into {table}."
        return f"A number beyond {least} fits here, and nowhere else."
    return "Joins and policies must cast one of the two, or fail; a cast column cannot use its index."


def _written(file: FileContext) -> dict[Name, int]:
    """Where this file gives the tenant column its type, by table."""
    column = file.settings.tenant_column
    found: dict[Name, int] = {}
    for occurrence in file.running(CreateTable, AddColumn, AlterColumnType):
        before, at = occurrence.before, occurrence.operation.at
        match occurrence.operation:
            case CreateTable(table=table, columns=columns):
                found[before.resolve_new(table)] = next((c.at for c in columns if c.name == column), at)
            case AddColumn(table=table, column=added) if added.name == column:
                found[before.resolve(table)] = added.at
            case AlterColumnType(table=table, column=altered) if altered == column:
                found[before.resolve(table)] = at
    return found
