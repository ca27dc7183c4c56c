"""Domains that check."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.operations.types import CreateDomain


@rule(CreateDomain, severity=Severity.WARNING, pack=Pack.STRICT)
def domain_with_constraint(operation: CreateDomain, context: Context) -> Iterator[Flag]:
    """CREATE DOMAIN with CHECK or NOT NULL.

    Effect: later changes of the domain lock and read every table that uses it, and adding a column of it to a table in
    use writes that table anew.

    Instead: a plain type, with the CHECK on each table.
    """
    if operation.constraints or operation.not_null:
        yield Flag(
            f"Each change of {operation.domain} will lock every table that uses it, and a new column of it rewrites its"
            " table.",
            "Use the plain type, and put the CHECK on the tables.",
        )
