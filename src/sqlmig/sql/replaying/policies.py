"""Policies, triggers and rules."""

from __future__ import annotations

from typing import Final

from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.policies import (
    AlterPolicy,
    CreatePolicy,
    CreateRule,
    CreateTrigger,
    DropPolicy,
    DropTrigger,
)
from sqlmig.sql.operations.tables import SetTrigger
from sqlmig.sql.reader import Name
from sqlmig.sql.replaying.draft import Draft, Handler
from sqlmig.sql.schema.tables import Policy, Rule, Table, Trigger


def create_policy(draft: Draft, operation: CreatePolicy) -> None:
    """CREATE POLICY."""
    table = draft.table_to_alter(operation.table)
    if table is None:
        return
    policy = Policy(
        name=operation.policy,
        permissive=operation.permissive,
        command=operation.command,
        roles=operation.roles,
        using=operation.using,
        with_check=operation.with_check,
        made_by=draft.origin,
    )
    others = tuple(other for other in table.policies if other.name != policy.name)
    draft.put_table(table.replaced(policies=(*others, policy)))


def alter_policy(draft: Draft, operation: AlterPolicy) -> None:
    """ALTER POLICY: what it does not say stays."""
    table = draft.table(operation.table)
    policy = table.policy(operation.policy) if table is not None else None
    if table is None or policy is None:
        return
    changed = policy.replaced(
        roles=policy.roles if operation.roles is None else operation.roles,
        using=policy.using if operation.using is None else operation.using,
        with_check=policy.with_check if operation.with_check is None else operation.with_check,
    )
    draft.put_table(_with_policy(table, policy, changed))


def _with_policy(table: Table, policy: Policy, changed: Policy) -> Table:
    return table.replaced(policies=tuple(changed if other is policy else other for other in table.policies))


def drop_policy(draft: Draft, operation: DropPolicy) -> None:
    """DROP POLICY."""
    name = draft.state.resolve(operation.table)
    draft.drop(Kind.POLICY, name, operation.policy)
    table = draft.state.tables.get(name)
    if table is not None:
        kept = tuple(policy for policy in table.policies if policy.name != operation.policy)
        draft.put_table(table.replaced(policies=kept))


def rename_policy(draft: Draft, table_name: Name, name: str, new: str) -> None:
    """ALTER POLICY ... RENAME TO."""
    table = draft.table(table_name)
    policy = table.policy(name) if table is not None else None
    if table is not None and policy is not None:
        draft.put_table(_with_policy(table, policy, policy.replaced(name=new)))


# --- triggers ---


def create_trigger(draft: Draft, operation: CreateTrigger) -> None:
    """CREATE TRIGGER; a row trigger of a partitioned table is in its partitions too."""
    table = draft.table_to_alter(operation.table)
    if table is None:
        return
    trigger = Trigger(
        name=operation.trigger,
        function=draft.state.resolve_routine(operation.function),
        timing=operation.timing,
        events=operation.events,
        update_columns=operation.update_columns,
        for_each_row=operation.for_each_row,
        when=operation.when,
        constraint=operation.constraint,
        made_by=draft.origin,
    )
    _put_trigger(draft, table, trigger)
    if trigger.for_each_row:
        for partition in draft.state.partition_tree_of(table.name):
            _put_trigger(draft, partition, trigger.replaced(inherited=True))


def _put_trigger(draft: Draft, table: Table, trigger: Trigger) -> None:
    others = tuple(other for other in table.triggers if other.name != trigger.name)
    draft.put_table(table.replaced(triggers=(*others, trigger)))
    draft.depends(table.name, trigger.function)


def set_trigger(draft: Draft, operation: SetTrigger) -> None:
    """ENABLE, DISABLE TRIGGER."""
    table = draft.table(operation.table)
    for each in (table, *draft.state.partition_tree_of(table.name)) if table is not None else ():
        triggers = (
            trigger.replaced(firing=operation.firing) if operation.trigger in (None, trigger.name) else trigger
            for trigger in each.triggers
        )
        draft.put_table(each.replaced(triggers=tuple(triggers)))


def drop_trigger(draft: Draft, operation: DropTrigger) -> None:
    """DROP TRIGGER, of the partitions too."""
    name = draft.state.resolve(operation.table)
    draft.drop(Kind.TRIGGER, name, operation.trigger)
    table = draft.state.tables.get(name)
    for each in (table, *draft.state.partition_tree_of(name)) if table is not None else ():
        kept = tuple(trigger for trigger in each.triggers if trigger.name != operation.trigger)
        draft.put_table(each.replaced(triggers=kept))


def rename_trigger(draft: Draft, table_name: Name, name: str, new: str) -> None:
    """ALTER TRIGGER ... RENAME TO."""
    table = draft.table(table_name)
    for each in (table, *draft.state.partition_tree_of(table.name)) if table is not None else ():
        triggers = (trigger.replaced(name=new) if trigger.name == name else trigger for trigger in each.triggers)
        draft.put_table(each.replaced(triggers=tuple(triggers)))


# --- rules ---


def create_rule(draft: Draft, operation: CreateRule) -> None:
    """CREATE RULE, of a table; those of views are not kept."""
    table = draft.table_to_alter(operation.table)
    if table is None:
        return
    rule = Rule(
        name=operation.rule,
        event=operation.event,
        instead=operation.instead,
        actions=operation.actions,
        made_by=draft.origin,
    )
    others = tuple(other for other in table.rules if other.name != rule.name)
    draft.put_table(table.replaced(rules=(*others, rule)))


def drop_rule(draft: Draft, table_name: Name, name: str) -> None:
    """DROP RULE."""
    resolved = draft.state.resolve(table_name)
    draft.drop(Kind.RULE, resolved, name)
    table = draft.state.tables.get(resolved)
    if table is not None:
        draft.put_table(table.replaced(rules=tuple(rule for rule in table.rules if rule.name != name)))


def rename_rule(draft: Draft, table_name: Name, name: str, new: str) -> None:
    """ALTER RULE ... RENAME TO."""
    table = draft.table(table_name)
    if table is not None:
        rules = (rule.replaced(name=new) if rule.name == name else rule for rule in table.rules)
        draft.put_table(table.replaced(rules=tuple(rules)))


HANDLERS: Final[dict[type, Handler]] = {
    CreatePolicy: create_policy,
    AlterPolicy: alter_policy,
    DropPolicy: drop_policy,
    CreateTrigger: create_trigger,
    SetTrigger: set_trigger,
    DropTrigger: drop_trigger,
    CreateRule: create_rule,
}
