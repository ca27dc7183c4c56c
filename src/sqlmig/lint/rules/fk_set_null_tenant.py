"""Foreign keys that take a row's tenant away."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.keys import constraint_at, is_from, listed_columns, shown, tables_to_judge
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag
from sqlmig.sql.definitions import ForeignKey, ReferentialAction
from sqlmig.sql.identifiers import quote_ident


@file_rule()
def fk_set_null_tenant(file: FileContext) -> Iterator[Flag]:
    """A foreign key over the tenant column with ON DELETE SET NULL or SET DEFAULT, and no list of columns that leaves
    the tenant column out.

    Effect: when the other row is deleted, the tenant column is set, too. Where it is NOT NULL the DELETE fails;
    otherwise the row is nobody's.

    Instead: name the columns to set behind SET NULL.

    Since: the list of columns works from PostgreSQL 15 on. Before, use RESTRICT and clear the reference first.
    """
    column = file.settings.tenant_column
    for table in tables_to_judge(file):
        for key in table.foreign_keys:
            definition = key.definition
            if not isinstance(definition, ForeignKey) or key.inherited or not is_from(key.made_by, file):
                continue
            if column not in (definition.on_delete_columns or definition.columns) or definition.on_delete not in _SETS:
                continue
            others = [each for each in definition.columns if each != column]
            action, name = definition.on_delete.value.upper(), shown(table.name, file)
            then = "fails" if table.proves_not_null(column) and "NULL" in action else f"leaves a row of {name} without"
            harm = f"{then}: {quote_ident(column)} is NOT NULL." if then == "fails" else f"{then} its tenant."
            if not others:
                instead, sql = "Say what shall happen to a deleted tenant's rows: RESTRICT, or CASCADE.", ""
            elif file.settings.postgres < 15:
                instead = "Before PostgreSQL 15 the columns cannot be chosen: use RESTRICT, and clear the reference first."
                sql = ""
            else:
                instead, sql = "Name the columns to set:", f"ON DELETE {action} ({listed_columns(others)})"
            other = shown(definition.references, file)
            yield Flag(
                f"ON DELETE {action} sets {quote_ident(column)} as well: deleting a row of {other} {harm}",
                instead,
                sql,
                at=constraint_at(key, file),
            )


_SETS = frozenset({ReferentialAction.SET_NULL, ReferentialAction.SET_DEFAULT})
