"""Foreign keys that lead from one tenant to another."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.keys import constraint_at, mixes_tenants, tables_to_judge
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag
from sqlmig.lint.words import listed_columns, made_here, shown
from sqlmig.sql.definitions import ForeignKey, ReferentialAction
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.schema.tables import Table


@file_rule()
def fk_without_tenant(file: FileContext) -> Iterator[Flag]:
    """A foreign key to a table that holds the rows of several tenants, without the tenant column on both sides.

    Effect: PostgreSQL looks up the other row without row level security. So a tenant can refer to a row of another
    tenant, learns from the error whether it exists, and with ON DELETE CASCADE loses its own row when that one goes.

    Instead: add the tenant column on both sides. The other table needs a unique key that begins with it.

    Unless: the other table lists the tenants or is in `lint.exempt_tables`; or, with `lint.tenancy: both`, both tables
    are in the tenant's own schema.
    """
    column = file.settings.tenant_column
    for table in tables_to_judge(file):
        # A table in the tenant's own schema may refer to rows of others, too, whether it has the column or not.
        judged = table.column(column) is not None or not mixes_tenants(table, file)
        for key in table.foreign_keys if judged else ():
            definition = key.definition
            if not isinstance(definition, ForeignKey) or key.inherited or not made_here(key.made_by, file):
                continue
            other = file.end.tables.get(definition.references)
            if other is None or other.column(column) is None or not mixes_tenants(other, file):
                continue
            referenced = _referenced(definition, other)
            if (column, column) in zip(definition.columns, referenced, strict=False) or not referenced:
                continue
            name, other_name = shown(table.name, file), shown(other.name, file)
            there = "one" if other is table else f"a row of {other_name}"
            yield Flag(
                f"A row of {name} may refer to {there} of another tenant: foreign keys are checked without row level"
                f" security.{_on_delete(definition, name, other_name)}",
                f"Take {quote_ident(column)} into the key{_needed(table, other, referenced, file)}:",
                _remedy(definition, referenced, other_name, file),
                at=constraint_at(key, file),
            )


def _referenced(definition: ForeignKey, other: Table) -> tuple[str, ...]:
    key = other.primary_key
    return definition.referenced_columns or (key.columns if key is not None else ())


def _others(columns: tuple[str, ...], column: str) -> tuple[str, ...]:
    return tuple(each for each in columns if each != column)


def _on_delete(definition: ForeignKey, name: str, other: str) -> str:
    match definition.on_delete:
        case ReferentialAction.CASCADE:
            return f" Whoever deletes the one of {other} deletes the row of {name}, too."
        case ReferentialAction.SET_NULL | ReferentialAction.SET_DEFAULT:
            return f" Whoever deletes the one of {other} changes the row of {name}, too."
        case _:
            return ""


def _needed(table: Table, other: Table, referenced: tuple[str, ...], file: FileContext) -> str:
    """What the tables still lack for the remedy."""
    column = file.settings.tenant_column
    wanted = (column, *_others(referenced, column))
    lacks = [] if table.column(column) is not None else [f"{shown(table.name, file)} needs the column"]
    if not any(set(key.columns) == set(wanted) for key in other.unique_keys):
        lacks.append(f"{shown(other.name, file)} needs UNIQUE ({listed_columns(wanted)})")
    return f"; {' and '.join(lacks)} for it" if lacks else ""


def _remedy(definition: ForeignKey, referenced: tuple[str, ...], other: str, file: FileContext) -> str:
    column = file.settings.tenant_column
    columns = listed_columns((column, *_others(definition.columns, column)))
    text = f"FOREIGN KEY ({columns}) REFERENCES {other} ({listed_columns((column, *_others(referenced, column)))})"
    match definition.on_delete:
        case ReferentialAction.NO_ACTION:
            pass
        case ReferentialAction.SET_NULL | ReferentialAction.SET_DEFAULT:
            # Without a list of columns, which PostgreSQL 14 does not know, the tenant would be set, too.
            kept = f"{definition.on_delete.value.upper()} ({listed_columns(_others(definition.columns, column))})"
            text += f" ON DELETE {kept if file.settings.postgres >= 15 else 'RESTRICT'}"
        case action:
            text += f" ON DELETE {action.value.upper()}"
    return f"{text} NOT VALID" if definition.not_valid else text
