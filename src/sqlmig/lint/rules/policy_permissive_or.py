"""Policies that are joined by OR."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.rowsecurity import (
    Written,
    binds_application,
    commands_of,
    conditions,
    holds_tenants,
    is_guarded,
    keeps_to_tenant,
    of_roles,
    tenant_condition,
    to_roles,
    written_policies,
)
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.definitions import PUBLIC, Expression
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.tables import Policy


@file_rule(severity=Severity.WARNING)
def policy_permissive_or(file: FileContext) -> Iterator[Flag]:
    """A permissive policy beside another one that is for the same command and the same role.

    Effect: permissive policies are joined by OR: a row that passes one of them passes, so each further policy shows
    more rows, not fewer. The server works out all of them.

    Instead: one policy for each command and role; what has to hold for every row goes into a restrictive policy.

    Unless: a restrictive policy that compares the tenant column is for the same commands and roles, or a policy is only
    for roles that `lint.app_roles` does not list.
    """
    seen: set[Name] = set()
    for written in reversed([*written_policies(file)]):
        if written.table.name in seen or not _counts(written.policy, written):
            continue
        others = [other for other in written.table.policies if other is not written.policy and _counts(other, written)]
        met = [(other, common) for other in others if (common := _common(written.policy, other))]
        if met:
            seen.add(written.table.name)
            yield _flag(written, [other for other, _ in met], met[0][1])


def _counts(policy: Policy, written: Written) -> bool:
    context = written.context
    if not policy.permissive or not conditions(policy) or not binds_application(policy, context.settings):
        return False

    def keeps(condition: Expression, other: Policy) -> bool:
        return keeps_to_tenant(condition, other, context.end, context.settings) is not False

    return not all(is_guarded(policy, words, written.table, keeps) for words in conditions(policy))


def _common(one: Policy, other: Policy) -> str:
    """`SELECT for app`: what both are for; '' for nothing."""
    commands = [command.upper() for command in commands_of(one) if command in commands_of(other)]
    roles = [role for role in one.roles if role in other.roles or PUBLIC in other.roles] or (
        [*other.roles] if PUBLIC in one.roles else []
    )
    return f"{listed(commands)} by {of_roles(roles)}" if commands and roles else ""


def _flag(written: Written, others: list[Policy], common: str) -> Flag:
    names = listed([quote_ident(policy.name) for policy in (*others, written.policy)])
    settings = written.context.settings
    tenants = holds_tenants(written.table, written.context.whole)
    condition = tenant_condition(written.table, settings)
    return Flag(
        f"Policies {names} of {written.shown} are joined by OR: for {common}, a row that passes one of them passes.",
        "Let every row pass a restrictive policy, too:"
        if tenants
        else "Make one policy of them, or create those that shall hold back rows AS RESTRICTIVE.",
        f"CREATE POLICY tenant_only ON {written.shown} AS RESTRICTIVE{to_roles(settings.lint.app_roles)}\n"
        f"    USING ({condition})\n    WITH CHECK ({condition});"
        if tenants
        else "",
        at=written.context.occurrence.operation.at,
    )
