"""Policies that nobody asks."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.rowsecurity import written_policies
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.policies import CreatePolicy
from sqlmig.sql.reader import Name


@file_rule()
def policy_rls_off(file: FileContext) -> Iterator[Flag]:
    """CREATE POLICY on a table whose row level security is off at the end of the migration.

    Effect: the policy is there, and does nothing: all rows are seen and changed as before.

    Instead: enable and force row level security in the same migration.
    """
    seen: set[Name] = set()
    for written in written_policies(file):
        table, operation = written.table, written.context.occurrence.operation
        if table.row_security or table.name in seen or not isinstance(operation, CreatePolicy):
            continue
        seen.add(table.name)
        policy = quote_ident(written.policy.name)
        known = table.known_from_creation
        force = "" if table.forced_row_security else f"\nALTER TABLE {written.shown} FORCE ROW LEVEL SECURITY;"
        yield Flag(
            f"Policy {policy} does nothing: row level security of {written.shown} is off."
            if known
            else f"Policy {policy} does nothing unless row level security of {written.shown} was enabled before all"
            " migrations: none of them does it.",
            "Add to this migration:",
            f"ALTER TABLE {written.shown} ENABLE ROW LEVEL SECURITY;{force}",
            at=operation.at,
            severity=Severity.ERROR if known else Severity.WARNING,
        )
