"""Files without a transaction that do more than one thing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.operations.indexes import CreateIndex, DropIndex
from sqlmig.sql.operations.session import SetParameter
from sqlmig.sql.parser import parse


@file_rule(severity=Severity.WARNING)
def concurrent_not_alone(file: FileContext) -> Iterator[Flag]:
    """A file without a transaction that has more than one statement.

    Effect: when the second fails, the first stays. sqlmig records how far it came and goes on from there, but until
    then the schema is half changed, and no rollback takes that back.

    Instead: one such statement a migration.

    Unless: the other statements set parameters, or drop the index that the next one builds.
    """
    if file.file.transaction:
        return
    counted = [statement for statement in file.file.statements if not isinstance(parse(statement)[0], SetParameter)]
    for first, second in pairwise(counted):
        drop, create = parse(first)[0], parse(second)[0]
        renewed = isinstance(drop, DropIndex) and isinstance(create, CreateIndex) and drop.index.name == create.name
        if not renewed:
            yield Flag(
                "If this fails, what stands above it has been done and stays: there is no transaction to roll back.",
                "Move it to a migration of its own.",
                at=second.start,
            )
            return
