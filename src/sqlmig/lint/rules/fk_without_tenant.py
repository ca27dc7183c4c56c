"""Foreign keys that lead from one tenant to another."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.keys import constraint_at, is_from, listed_columns, mixes_tenants, shown, tables_to_judge
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag
from sqlmig.sql.definitions import ForeignKey, ReferentialAction
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.schema.tables import Table


@file_rule()
def fk_without_tenant(file: FileContext) -> Iterator[Flag]:
    """A foreign key between two tables that hold the rows of several tenants, without the tenant column on both sides.

    Effect: PostgreSQL looks up the other row without row level security. So a tenant can refer to a row of another
    tenant, learns from the error whether it exists, and with ON DELETE CASCADE loses its own row when that one goes.

    Instead: add the tenant column on both sides. The other table needs a unique key that begins with it.

    Unless: the other table lists the tenants or is in `lint.exempt_tables`; or, with `lint.tenancy: both`, both tables
    are in the tenant's own schema.
    """
    column = file.settings.tenant_column
    for table in tables_to_judge(file):
        for key in table.foreign_keys if mixes_tenants(table, file) and table.column(column) is not None else ():
            definition = key.definition
            if not isinstance(definition, ForeignKey) or key.inherited or not is_from(key.made_by, file):
                continue
            other = file.end.tables.get(definition.references)
            if other is None or other.column(column) is None or not mixes_tenants(other, file):
                continue
            referenced = _referenced(definition, other)
            if (column, column) in zip(definition.columns, referenced, strict=False) or not referenced:
                continue
            name, other_name = shown(table.name, file), shown(other.name, file)
            yield Flag(
                f"A row of {name} may refer to a row of {other_name} that belongs to another tenant: foreign keys are"
                f" checked without row level security.{_on_delete(definition, name, other_name)}",
                f"Take {quote_ident(column)} into the key; {other_name} needs a primary key or UNIQUE"
                f" ({listed_columns((column, *_others(referenced, column)))}) for it:",
                _remedy(definition, referenced, other_name, column),
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
            return f" When the one of {other} is deleted, the row of {name} goes with it, whoever owns it."
        case ReferentialAction.SET_NULL | ReferentialAction.SET_DEFAULT:
            return f" When the one of {other} is deleted, the row of {name} is changed, whoever owns it."
        case _:
            return ""


def _remedy(definition: ForeignKey, referenced: tuple[str, ...], other: str, column: str) -> str:
    columns = listed_columns((column, *_others(definition.columns, column)))
    text = f"FOREIGN KEY ({columns}) REFERENCES {other} ({listed_columns((column, *_others(referenced, column)))})"
    match definition.on_delete:
        case ReferentialAction.NO_ACTION:
            return text
        case ReferentialAction.SET_NULL | ReferentialAction.SET_DEFAULT:
            kept = listed_columns(_others(definition.columns, column))
            return f"{text} ON DELETE {definition.on_delete.value.upper()} ({kept})"
        case action:
            return f"{text} ON DELETE {action.value.upper()}"
