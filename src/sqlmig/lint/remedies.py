"""Remedies that several rules propose: statements ready to paste, with the user's own names in them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmig.lint.context import Context
from sqlmig.lint.values import Edit, Fix
from sqlmig.sql.definitions import Check, Column, ForeignKey, ReferentialAction, Unique
from sqlmig.sql.identifiers import quote_ident, truncate
from sqlmig.sql.operations.indexes import CreateIndex
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.tables import Table
from sqlmig.sql.schema.texts import type_text
from sqlmig.sql.tokens import Token

OFF = "-- sqlmig: transaction off"


def columns(names: Sequence[str]) -> str:
    """A list of columns in parentheses."""
    return f"({', '.join(map(quote_ident, names))})"


def added_in_two(table: str, name: str, definition: str) -> str:
    """A constraint added without a look at the rows, and validated by the next migration."""
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {quote_ident(name)} {definition} NOT VALID;\n"
        "-- in the next migration:\n"
        f"ALTER TABLE {table} VALIDATE CONSTRAINT {quote_ident(name)};"
    )


def free_name(wanted: str, table: Table | None) -> str:
    """A name for a constraint, with a number behind it where the table has one of that name."""
    name, number = truncate(wanted), 0
    while table is not None and table.constraint(name) is not None:
        number += 1
        name = truncate(f"{wanted}{number}")
    return name


def column_alone(column: Column) -> str:
    """A column with its type, its default and NOT NULL, but without its constraints."""
    written = [quote_ident(column.name), type_text(column.type) if column.type is not None else "<its type>"]
    if column.collation is not None:
        written.append(f"COLLATE {column.collation}")
    if column.not_null:
        written.append("NOT NULL")
    if column.default is not None:
        written.append(f"DEFAULT {column.default.text}")
    return " ".join(written)


def foreign_key(key: ForeignKey, context: Context) -> str:
    """A foreign key as a constraint of its table, without its name."""
    text = f"FOREIGN KEY {columns(key.columns)} REFERENCES {context.shown(key.references)}"
    if key.referenced_columns:
        text += f" {columns(key.referenced_columns)}"
    text += " MATCH FULL" * key.match_full
    if key.on_delete is not ReferentialAction.NO_ACTION:
        text += f" ON DELETE {key.on_delete.value.upper()}"
        text += f" {columns(key.on_delete_columns)}" if key.on_delete_columns else ""
    if key.on_update is not ReferentialAction.NO_ACTION:
        text += f" ON UPDATE {key.on_update.value.upper()}"
    return text + " DEFERRABLE" * key.deferrable + " INITIALLY DEFERRED" * key.initially_deferred


def not_null_in_steps(context: Context, table: Name, column: str) -> str:
    """NOT NULL for a column of a table in use, each step a migration."""
    shown, quoted, known = context.shown(table), quote_ident(column), context.before.table(table)
    waiting = next((c for c in known.checks if _will_prove(c.definition, column)), None) if known is not None else None
    if waiting is not None:
        name = quote_ident(waiting.name)
        first = f"ALTER TABLE {shown} VALIDATE CONSTRAINT {name};\n-- in the next migration:\n"
    elif context.postgres >= 18:
        return added_in_two(shown, free_name(f"{column}_not_null", known), f"NOT NULL {quoted}")
    else:
        free = free_name(f"{column}_not_null", known)
        name = quote_ident(free)
        first = added_in_two(shown, free, f"CHECK ({quoted} IS NOT NULL)") + "\n-- in the one after that:\n"
    return (
        f"{first}ALTER TABLE {shown} ALTER COLUMN {quoted} SET NOT NULL;\nALTER TABLE {shown} DROP CONSTRAINT {name};"
    )


def _will_prove(definition: object, column: str) -> bool:
    """Whether it is a CHECK of NOT NULL and nothing else, which only has to be validated."""
    words = [token.text for token in definition.expression.tokens] if isinstance(definition, Check) else []
    return words in ([column, "IS", "NOT", "NULL"], [quote_ident(column), "IS", "NOT", "NULL"])


def key_by_index(context: Context, table: Name, name: str, key: Unique) -> str:
    """A unique or primary key whose index is built while the table stays in use."""
    shown, quoted = context.shown(table), quote_ident(name)
    kind = "PRIMARY KEY" if key.primary else "UNIQUE"
    tail = columns(key.columns)
    if key.include:
        tail += f" INCLUDE {columns(key.include)}"
    if key.nulls_not_distinct:
        tail += " NULLS NOT DISTINCT"
    timing = " DEFERRABLE" * key.deferrable + " INITIALLY DEFERRED" * key.initially_deferred
    known = context.before.table(table)
    if known is not None and known.partition_by is not None:
        return _key_of_partitions(context, known, quoted, f"{kind} {columns(key.columns)}", tail)
    return (
        f"{OFF}\n"
        f"CREATE UNIQUE INDEX CONCURRENTLY {quoted} ON {shown} {tail};\n"
        "-- in the next migration:\n"
        f"ALTER TABLE {shown} ADD CONSTRAINT {quoted} {kind} USING INDEX {quoted}{timing};"
    )


def _key_of_partitions(context: Context, table: Table, name: str, key: str, tail: str) -> str:
    """The same for a partitioned table, which takes no index that was built before."""
    shown = context.shown(table.name)
    steps = [f"ALTER TABLE ONLY {shown} ADD CONSTRAINT {name} {key};"]
    for partition in context.before.partitions_of(table.name):
        own, part = quote_ident(truncate(f"{partition.name.name}_key")), context.shown(partition.name)
        using = f"{key.partition(' (')[0]} USING INDEX {own}"
        steps.append(f"-- in a migration of its own:\n{OFF}")
        steps.append(f"CREATE UNIQUE INDEX CONCURRENTLY {own} ON {part} {tail};")
        steps.append(f"-- in the next migration:\nALTER TABLE {part} ADD CONSTRAINT {own} {using};")
        steps.append(f"ALTER INDEX {name} ATTACH PARTITION {own};")
    return "\n".join(steps)


def index_built(operation: CreateIndex, context: Context) -> str:
    """The index, built while the table stays in use: by a name of its own, and without IF NOT EXISTS."""
    return _index(operation, context, index_name(operation), context.shown(operation.table), "CONCURRENTLY ")


def index_by_partition(operation: CreateIndex, context: Context) -> str:
    """The index of a partitioned table: made empty, built on each partition, and put together."""
    name = index_name(operation)
    steps = [_index(operation, context, name, f"ONLY {context.shown(operation.table)}", "")]
    for partition in context.before.partitions_of(operation.table):
        own = truncate(f"{partition.name.name}_{name}")
        steps.append(f"-- in a migration of its own:\n{OFF}")
        steps.append(_index(operation, context, own, context.shown(partition.name), "CONCURRENTLY "))
        steps.append(f"-- in the next migration:\nALTER INDEX {quote_ident(name)} ATTACH PARTITION {quote_ident(own)};")
    return "\n".join(steps)


def index_name(operation: CreateIndex) -> str:
    """The name of an index, as it is written or much as PostgreSQL would choose it."""
    names = [element.column or "expr" for element in operation.elements]
    return operation.name or truncate("_".join([operation.table.name, *names, "idx"]))


def _index(operation: CreateIndex, context: Context, name: str, table: str, how: str) -> str:
    unique = "UNIQUE " if operation.unique else ""
    return f"CREATE {unique}INDEX {how}{quote_ident(name)} ON {table} {_behind_table(operation, context)};"


def _behind_table(operation: CreateIndex, context: Context) -> str:
    """What CREATE INDEX says behind its table, as its author wrote it."""
    statement = context.occurrence.statement
    tokens = [token for token in statement.tokens if token.start >= operation.table.at]
    behind = next(token for token in tokens if _opens_elements(token))
    return statement.text[behind.start - statement.start :]


def _opens_elements(token: Token) -> bool:
    return token.text == "(" or token.word == "using"


def not_valid(context: Context) -> Fix | None:
    """NOT VALID at the end of a statement that does nothing else; None where it does more."""
    statement = context.occurrence.statement
    if statement is not context.occurrence.outer or context.actions > 1:
        return None
    return Fix("add NOT VALID", (Edit(statement.end, statement.end, " NOT VALID"),))


def concurrently(context: Context, word: str) -> Fix | None:
    """Put CONCURRENTLY behind a word of the statement, and the file out of its transaction.

    None where the file has other statements: they would lose their transaction with it.
    """
    here = context.occurrence
    if len(context.file.statements) != 1 or here.statement is not here.outer:
        return None
    at = next((token.end for token in here.statement.tokens if token.word == word), None)
    if at is None:
        return None
    edits = (Edit(at, at, " CONCURRENTLY"),)
    if not context.file.transaction:
        return Fix("add CONCURRENTLY", edits)
    return Fix("add CONCURRENTLY, outside of a transaction", (Edit(0, 0, f"{OFF}\n"), *edits))
