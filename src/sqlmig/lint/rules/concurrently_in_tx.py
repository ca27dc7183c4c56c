"""Statements that PostgreSQL refuses in a transaction."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext, Runs
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag
from sqlmig.sql.outside import outside_transaction


@file_rule()
def concurrently_in_tx(file: FileContext) -> Iterator[Flag]:
    """CREATE INDEX CONCURRENTLY, VACUUM, CREATE DATABASE and others that cannot run in a transaction, in one.

    Effect: the server refuses it, and the migration fails.

    Instead: put it into a migration of its own, with `-- sqlmig: transaction off` at its head.
    """
    seen: set[int] = set()
    for occurrence in file.occurrences:
        statement = occurrence.statement
        in_block = statement is not occurrence.outer
        if statement.start in seen or occurrence.runs is Runs.LATER or not (file.file.transaction or in_block):
            continue
        seen.add(statement.start)
        words = outside_transaction(statement)
        if words is not None and words != "DISCARD ALL":  # Of that one, session-leak speaks: it belongs nowhere.
            where = "a DO block" if in_block else "a transaction, and the runner puts this file into one"
            out = "Take it out of the block, into" if in_block else "Move it to"
            yield Flag(
                f"PostgreSQL refuses {words} in {where}.",
                f"{out} a migration of its own, with this line at its head:",
                "-- sqlmig: transaction off",
                at=statement.start,
            )
