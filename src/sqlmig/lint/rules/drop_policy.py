"""Policies that go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlmig.lint.breaking import everywhere, is_own, is_spared
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.lint.words import listed
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
    # Outside of a transaction others see the table without it, before the new one is there.
    left = table if replaced else after
    others = [other for other in (left.policies if left is not None else ()) if other is not policy]
    until = ", until the new policy is there" if replaced else ""
    yield Flag(
        f"{_effect(operation, policy, others, context)}{until}{everywhere(context, operation.table)}.",
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


def _effect(operation: DropPolicy, policy: Policy | None, others: list[Policy], context: Context) -> str:
    name, shown = quote_ident(operation.policy), context.shown(operation.table)
    if policy is None:
        return f"What policy {name} of {shown} allowed or forbade, which the migrations do not show, no longer counts"
    roles = listed(["everybody" if role == PUBLIC else f"role {quote_ident(role)}" for role in policy.roles])
    may = f"{roles[0].upper()}{roles[1:]} may"
    if not policy.permissive:
        return f"{may} {_verbs(_commands(policy))} rows of {shown} that restrictive policy {name} kept back"
    permissive = [other for other in others if other.permissive]
    commands = _commands(policy)
    kept = [command for command in commands if any(_covered(command, role, permissive) for role in policy.roles)]
    none_left = [command for command in commands if command not in kept]
    if none_left:
        return f"{may} {_verbs(none_left)} no row of {shown} any more"
    return f"{may} {_verbs(_commands(policy))} only the rows of {shown} that other policies allow"


def _verbs(commands: Sequence[str]) -> str:
    if len(commands) == len(_COMMANDS):
        return "read and write"
    return listed(["read" if command == "select" else command for command in commands])
