"""Foreign keys between columns of different types."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.additions import changed_tables, type_shown
from sqlmig.lint.breaking import is_down
from sqlmig.lint.context import FileContext
from sqlmig.lint.keytypes import Fit, fit_of
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import made_here, shown
from sqlmig.sql.definitions import ForeignKey, TypeName
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.schema.tables import Table


@file_rule(severity=Severity.WARNING)
def fk_type_mismatch(file: FileContext) -> Iterator[Flag]:
    """A new foreign key whose column has another type than the column that it refers to.

    Effect: where the referencing type is the smaller one, rows that the other table can have cannot be referred to: an
    integer ends at 2147483647, its bigint key does not. Types that do not compare are an error.

    Instead: the same type on both sides.

    Unless: the type of one of them is not known here, or the referencing one takes all values of the other, as text
    does those of varchar.
    """
    if is_down(file.file):
        return
    for table in changed_tables(file):
        for key in table.foreign_keys:
            if made_here(key.made_by, file) and not key.inherited and isinstance(key.definition, ForeignKey):
                yield from _of_key(table, key.definition, file)


def _of_key(table: Table, definition: ForeignKey, file: FileContext) -> Iterator[Flag]:
    referenced = file.end.tables.get(definition.references)
    if referenced is None:
        return
    for own_name, other_name in zip(definition.columns, definition.referenced_columns, strict=False):
        own, other = table.column(own_name), referenced.column(other_name)
        if own is None or other is None or own.type is None or other.type is None:
            continue
        fit = fit_of(_base(own.type, file), _base(other.type, file))
        here = f"{shown(table.name, file)}.{quote_ident(own_name)}"
        there = f"{shown(referenced.name, file)}.{quote_ident(other_name)}"
        kind, wanted = type_shown(own.type, file), type_shown(other.type, file)
        remedy = ("Give both the same type:", f"{quote_ident(own_name)} {wanted}")
        if fit is Fit.REFUSED:
            message = f"The server refuses this: {here} is {kind}, {there} is {wanted}, and the two do not compare."
            yield Flag(message, *remedy, at=definition.at, severity=Severity.ERROR)
        elif fit is Fit.SMALLER:
            message = (
                f"{here} is {kind}, {there} is {wanted}: a value that does not fit into {kind} cannot be referred to."
            )
            yield Flag(message, *remedy, at=definition.at)
        elif fit is Fit.OTHER:
            message = f"{here} is {kind}, {there} is {wanted}: each check has to convert the one into the other."
            yield Flag(message, *remedy, at=definition.at)


def _base(type_name: TypeName, file: FileContext) -> TypeName:
    """The type under a domain."""
    for _ in range(8):
        domain = file.end.domain(type_name)
        if domain is None or domain.type is None:
            break
        type_name = domain.type
    return type_name
