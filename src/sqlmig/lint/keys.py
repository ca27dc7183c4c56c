"""The tenant column in keys and indexes: what a file makes on tables that hold the rows of several tenants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlmig.lint.context import Context, FileContext
from sqlmig.lint.tenancy import is_tenant_table
from sqlmig.lint.tenantlist import tenant_list
from sqlmig.lint.words import listed_columns
from sqlmig.project.directives import FileKind
from sqlmig.project.model import Scope
from sqlmig.sql.definitions import Expression, IndexElement
from sqlmig.sql.expressions.calls import calls
from sqlmig.sql.identifiers import fold, quote_ident
from sqlmig.sql.operations.routines import CreateRoutine
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.tables import Index, Table, TableConstraint
from sqlmig.sql.tokens import Kind


def mixes_tenants(table: Table, file: FileContext) -> bool:
    """Whether rows of several tenants stand in one table, so that its keys and queries have to tell them apart.

    With `both` a tenant's own schema holds one tenant's rows only: there row level security is a second line of
    defence, but a key without the tenant column lets nobody meet the rows of another tenant.
    """
    own = file.settings.schema_per_tenant and file.file.scope is Scope.TENANT and table.name.schema == file.file.schema
    return not own and is_tenant_table(table, file)


def mixed_table(name: Name, context: Context) -> Table | None:
    """The table of a statement, if rows of several tenants stand in it, by the tenant column that it is known to have.

    It is judged as it is at the end of the file.
    """
    table = context.end.tables.get(context.before.resolve(name)) or context.before.table(name)
    if table is None or table.column(context.settings.tenant_column) is None:
        return None
    return table if mixes_tenants(table, context.whole) else None


def tables_to_judge(file: FileContext) -> Iterator[Table]:
    """The tables whose design this file answers for, at its end. Partitions have theirs from the table they are of.

    A down file only puts back what was there, and was judged when it was made.
    """
    if not file.settings.row_level or file.file.kind is FileKind.DOWN:
        return
    changed = [table for table in _changed(file) if table.partition_of is None and is_tenant_table(table, file)]
    listing = tenant_list(file) if changed else None
    yield from (table for table in changed if table is not listing)


def _changed(file: FileContext) -> tuple[Table, ...]:
    """The tables that the file makes, alters or gives an index; what it leaves alone is the same value as before."""
    start, end = file.start, file.end
    names = {name: None for name, table in end.tables.items() if start.tables.get(name) is not table}
    names |= {index.table: None for name, index in end.indexes.items() if start.indexes.get(name) is not index}
    return tuple(end.tables[name] for name in names if name in end.tables)


def constraint_at(constraint: TableConstraint, file: FileContext) -> int:
    """Where a constraint of this file is written; one that LIKE copied stands somewhere else: then the statement."""
    made_at = constraint.made_by.at if constraint.made_by is not None else file.file.head
    statement = next((s for s in file.file.statements if s.start <= made_at <= s.end), None)
    at = constraint.definition.at
    return at if statement is not None and statement.start < at <= statement.end else made_at


def index_sql(index: Index, elements: Sequence[str], table: str) -> str:
    """An index's statement with other elements, ready to paste."""
    unique = "UNIQUE " if index.unique else ""
    method = "" if index.method == "btree" else f"USING {quote_ident(index.method)} "
    include = f" INCLUDE ({listed_columns(index.include)})" if index.include else ""
    distinct = " NULLS NOT DISTINCT" if index.nulls_not_distinct else ""
    where = f" WHERE {index.where.text}" if index.where is not None else ""
    name = quote_ident(index.name.name)
    return f"CREATE {unique}INDEX {name} ON {table} {method}({', '.join(elements)}){include}{distinct}{where};"


def element_text(element: IndexElement) -> str:
    """An element of an index, as it is written."""
    if element.column is not None:
        text = quote_ident(element.column)
    else:
        text = _in_parentheses(element.expression) if element.expression is not None else ""
    text += f" COLLATE {element.collation}" if element.collation is not None else ""
    text += f" {element.opclass}" if element.opclass is not None else ""
    text += " DESC" if element.descending else ""
    if element.nulls_first is not None:
        text += " NULLS FIRST" if element.nulls_first else " NULLS LAST"
    return text


def _in_parentheses(expression: Expression) -> str:
    """An expression as an index takes it: what is not a call of a function alone needs parentheses."""
    alone = any(call.name_from == 0 and call.closing == len(expression.tokens) - 1 for call in calls(expression))
    return expression.text if alone or expression.text.startswith("(") else f"({expression.text})"


def mentions(expression: Expression, column: str) -> bool:
    """Whether a column's name stands in an expression at all."""
    return any(token.kind in _NAMES and fold(token) == column for token in expression.tokens)


def mentions_behind_where(expression: Expression, column: str) -> bool:
    """Whether a column's name stands anywhere behind the first WHERE, ON or USING: then it may be compared there."""
    words = [token.word for token in expression.tokens]
    first = next((index for index, word in enumerate(words) if word in ("where", "on", "using")), len(words))
    return any(token.kind in _NAMES and fold(token) == column for token in expression.tokens[first:])


_NAMES = (Kind.WORD, Kind.IDENTIFIER)


def routine_around(context: Context) -> CreateRoutine | None:
    """The function that an operation stands in, if its file makes it by a statement of its own."""
    for occurrence in context.whole.occurrences:
        if occurrence.outer is context.occurrence.outer and isinstance(occurrence.operation, CreateRoutine):
            return occurrence.operation
    return None
