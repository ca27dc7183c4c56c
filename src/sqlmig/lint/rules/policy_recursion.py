"""Policies that ask for themselves."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.rowsecurity import Written, commands_of, written_policies
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.expressions.queries import relations
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.tables import Table


@file_rule(severity=Severity.WARNING)
def policy_recursion(file: FileContext) -> Iterator[Flag]:
    """A policy that reads its own table in a subquery, or a table whose policies lead back to it.

    Effect: every query that the policy is for fails: infinite recursion detected in policy.

    Instead: read the other rows in a SECURITY DEFINER function whose owner row level security does not bind: a role
    with BYPASSRLS, or the owner of a table that is not forced.

    Unless: row level security of the table is off.
    """
    for written in written_policies(file):
        using = written.policy.using
        if using is None or "select" not in commands_of(written.policy) or not written.table.row_security:
            continue
        way = _way_back(written, file)
        if way is not None:
            shown = [written.context.shown(name) for name in way]
            by = f" by way of {listed(shown[1:])}" if len(shown) > 1 else ""
            yield Flag(
                f"Every query of {shown[0]} that row level security binds fails: its policy"
                f" {quote_ident(written.policy.name)} reads {shown[0]} again{by}, which the server refuses as infinite"
                " recursion.",
                "Read those rows in a SECURITY DEFINER function whose owner row level security does not bind.",
                at=written.context.occurrence.operation.at,
            )


def _way_back(written: Written, file: FileContext) -> tuple[Name, ...] | None:
    """From the policy's table to itself: the tables that are read one for the other; None when there is no such way."""
    own = written.table.name
    ways: list[tuple[Name, ...]] = [(own, name) for name in _reads(written.table, file, only=written.policy.name)]
    seen: set[Name] = set()
    while ways:
        way = ways.pop(0)
        if way[-1] == own:
            return way[:-1]
        table = file.end.tables.get(way[-1])
        if table is not None and table.row_security and table.name not in seen:
            seen.add(table.name)
            ways += [(*way, name) for name in _reads(table, file)]
    return None


def _reads(table: Table, file: FileContext, *, only: str | None = None) -> tuple[Name, ...]:
    """The tables that the policies for reading a table read."""
    found: list[Name] = []
    for policy in table.policies:
        if policy.using is not None and "select" in commands_of(policy) and only in (None, policy.name):
            found += [file.end.resolve(relation.name) for relation in relations(policy.using) or ()]
    return tuple(found)
