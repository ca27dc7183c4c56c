"""Labels used before they are there."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.asked import expressions
from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag
from sqlmig.sql.identifiers import string_value
from sqlmig.sql.operations.types import AddEnumValue, CreateEnum
from sqlmig.sql.reader import Name
from sqlmig.sql.tokens import Kind


@file_rule()
def enum_add_in_tx(file: FileContext) -> Iterator[Flag]:
    """ALTER TYPE ... ADD VALUE, and a statement in the same transaction that mentions the new label.

    Effect: the server refuses the use: a label can be used only when the transaction that added it has committed.

    Instead: use it in the next migration.

    Unless: the type is made in the same transaction.
    """
    added: dict[str, Name] = {}
    made: set[Name] = set()
    for occurrence in file.running() if file.file.transaction else ():
        operation = occurrence.operation
        if isinstance(operation, CreateEnum):
            made.add(occurrence.before.resolve_type(operation.type))
        elif isinstance(operation, AddEnumValue):
            if occurrence.before.resolve_type(operation.type) not in made:
                added[operation.value] = operation.type
        else:
            tokens = [token for e in expressions(operation) for token in e.tokens if token.kind is Kind.STRING]
            used = next((token for token in tokens if string_value(token) in added), None)
            if used is not None:
                label = string_value(used)
                yield Flag(
                    f"'{label}' was added to {added[label]} in this transaction; PostgreSQL refuses to use it before"
                    " that has committed.",
                    "Move this statement to the next migration.",
                    at=used.start,
                )
                return
