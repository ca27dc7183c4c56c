"""Policies that go."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import everywhere, is_own, is_spared, listed
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.definitions import PUBLIC
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.policies import DropPolicy
from sqlmig.sql.schema.tables import Policy, Table


@rule(DropPolicy)
def drop_policy(operation: DropPolicy, context: Context) -> Iterator[Flag]:
    """DROP POLICY without a policy in its place: of the same sort, for the same commands and roles, by the same file.

    Effect: without a restrictive policy roles see rows that it kept from them; without the last permissive one they see
    none at all, and cannot write any. In a file without a transaction that is so until the new policy is there.

    Instead: create the new policy first, then drop the old one, in one migration.

    Unless: the policy is made by the same migration (in a down file: by its up file), or row level security is off, or
    the table goes.
    """
    table, resolved = context.before.table(operation.table), context.before.resolve(operation.table)
    after = context.end.tables.get(resolved)
    policy = table.policy(operation.policy) if table is not None else None
    if is_spared(policy, context, if_exists=operation.if_exists) or (table is not None and is_spared(table, context)):
        return
    if (table is not None and after is None) or (after is not None and _is_off(after)):
        return
    replaced = policy is not None and _has_successor(policy, after, context)
    if policy is not None and replaced and (context.file.transaction or _has_successor(policy, table, context)):
        return
    effect = _effect(operation, policy, after, context.shown(operation.table))
    until = ", until the new policy is there" if replaced else ""
    yield Flag(
        f"{effect}{until}{everywhere(context, operation.table)}.",
        "Create the policy that takes its place first, in the same migration.",
    )


def _is_off(table: Table) -> bool:
    return table.known_from_creation and not table.row_security


_COMMANDS = ("select", "insert", "update", "delete")


def _commands(policy: Policy) -> tuple[str, ...]:
    return _COMMANDS if policy.command == "all" else (policy.command,)


def _has_successor(policy: Policy, table: Table | None, context: Context) -> bool:
    """Whether policies of this migration cover each command and each role of another."""
    new = [
        other
        for other in (table.policies if table is not None else ())
        if other.permissive is policy.permissive and is_own(other.made_by, context.file)
    ]
    return all(_covered(command, role, new) for command in _commands(policy) for role in policy.roles)


def _covered(command: str, role: str, policies: list[Policy]) -> bool:
    return any(command in _commands(policy) and {role, PUBLIC} & set(policy.roles) for policy in policies)


def _effect(operation: DropPolicy, policy: Policy | None, after: Table | None, shown: str) -> str:
    name = quote_ident(operation.policy)
    if policy is None:
        return f"Policy {name} of {shown} goes; what it allowed or forbade, the migrations do not show"
    roles = listed(["everybody" if role == PUBLIC else f"role {quote_ident(role)}" for role in policy.roles])
    roles = roles[0].upper() + roles[1:]
    if not policy.permissive:
        return f"{roles} may {_does(policy)} rows of {shown} that restrictive policy {name} kept back"
    others = [other for other in (after.policies if after is not None else ()) if other.permissive]
    left = all(_covered(command, role, others) for command in _commands(policy) for role in policy.roles)
    which = f"only the rows of {shown} that other policies allow" if left else f"no row of {shown} any more"
    return f"{roles} may {_does(policy)} {which}"


def _does(policy: Policy) -> str:
    return "read and write" if policy.command == "all" else policy.command
