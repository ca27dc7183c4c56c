"""Policies that do not say what may be written."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.rowsecurity import Written, holds_tenants, policy_statement, tenant_condition, written_policies
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.policies import AlterPolicy
from sqlmig.sql.schema.reads import same_text


@file_rule()
def policy_no_with_check(file: FileContext) -> Iterator[Flag]:
    """A policy FOR INSERT without WITH CHECK, and ALTER POLICY that changes USING where WITH CHECK said the same.

    Effect: a permissive policy FOR INSERT without WITH CHECK lets nobody insert, a restrictive one holds nothing back.
    After ALTER POLICY ... USING alone, what may be written still goes by the old condition.

    Instead: write WITH CHECK. FOR ALL and FOR UPDATE may leave it out: then USING counts for both.
    """
    for written in written_policies(file):
        policy, settings = written.policy, file.settings
        at = written.context.occurrence.operation.at
        if policy.command == "insert" and policy.with_check is None:
            tenants = holds_tenants(written.table, file)
            said = {"WITH CHECK": tenant_condition(written.table, settings) if tenants else "<which rows>"}
            yield Flag(
                f"{written.name} lets nobody insert a row: it has no WITH CHECK."
                if policy.permissive
                else f"{written.name} holds no INSERT back: it has no WITH CHECK.",
                "Say which rows may be written:",
                policy_statement(written, said, settings),
                at=at,
            )
        elif (said_before := _left_behind(written)) is not None:
            policy_name, using = quote_ident(policy.name), policy.using.text if policy.using is not None else ""
            yield Flag(
                f"{written.name} now shows rows by the new USING, and what may be written still goes by the old"
                f" condition, {said_before}.",
                "Change both:",
                f"ALTER POLICY {policy_name} ON {written.shown}\n    USING ({using})\n    WITH CHECK ({using});",
                at=at,
            )


def _left_behind(written: Written) -> str | None:
    """The condition that WITH CHECK still has, where USING had the same one before this statement."""
    operation, policy = written.context.occurrence.operation, written.policy
    if not isinstance(operation, AlterPolicy) or operation.using is None or operation.with_check is not None:
        return None
    table = written.context.before.table(operation.table)
    before = table.policy(operation.policy) if table is not None else None
    if before is None or before.with_check is None or not same_text(before.using, before.with_check):
        return None
    return None if same_text(policy.using, policy.with_check) else before.with_check.text
