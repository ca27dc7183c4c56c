"""Policies that let every row pass."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.rowsecurity import (
    Written,
    binds_application,
    conditions,
    holds_tenants,
    is_guarded,
    keeps_to_tenant,
    of_roles,
    policy_statement,
    tenant_condition,
    written_policies,
)
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.definitions import Expression
from sqlmig.sql.expressions.truth import always_true
from sqlmig.sql.schema.tables import Policy, Table


@file_rule()
def policy_always_true(file: FileContext) -> Iterator[Flag]:
    """A permissive policy whose USING or WITH CHECK is true for every row: `true`, `1 = 1`, `... OR true`.

    Effect: the roles that it is for read or write the rows of all tenants. Permissive policies are joined by OR:
    another policy does not make up for it.

    Instead: compare the tenant column with the current tenant.

    Unless: restrictive policies that compare it are for the same commands and roles; the policy is only for roles that
    `lint.app_roles` does not list; the table is listed in `lint.exempt_tables`, or holds no tenant's rows and the
    policy is FOR SELECT. On other tables it is a warning.
    """
    for written in written_policies(file):
        table, policy = written.table, written.policy
        if not policy.permissive or file.settings.is_exempt(table.name):
            continue
        tenants = holds_tenants(table, file)
        if not binds_application(policy, file.settings) or (policy.command == "select" and not tenants):
            continue
        found = [words for words, condition in conditions(policy).items() if _is_open(words, condition, written)]
        if found:
            yield _flag(written, found, tenants=tenants)


def _is_open(words: str, condition: Expression, written: Written) -> bool:
    context = written.context

    def keeps(other: Expression, policy: Policy) -> bool:
        if not holds_tenants(written.table, context.whole):
            return always_true(other) is not True
        return keeps_to_tenant(other, policy, context.end, context.settings) is not False

    return always_true(condition) is True and not is_guarded(written.policy, words, written.table, keeps)


def _flag(written: Written, found: list[str], *, tenants: bool) -> Flag:
    policy, settings = written.policy, written.context.settings
    does = {"USING": _reached(policy), "WITH CHECK": "write rows of any tenant" if tenants else "write any row"}
    whose = "every row of every tenant" if tenants else "every row"
    verb = "are" if len(found) > 1 else "is"
    effect = listed([does[words].replace("every row", whose) for words in found])
    said = {
        words: tenant_condition(written.table, settings) if words in found else condition.text
        for words, condition in conditions(policy).items()
    }
    return Flag(
        f"{written.name} lets {of_roles(policy.roles)} {effect}: {listed(found)} {verb} always true.",
        "Compare the tenant column, or list the roles that row level security has to bind in `lint.app_roles`:"
        if tenants
        else _without_tenants(written.table),
        policy_statement(written, said, settings) if tenants else "",
        at=written.context.occurrence.operation.at,
        severity=Severity.ERROR if tenants else Severity.WARNING,
    )


def _without_tenants(table: Table) -> str:
    if table.complete:
        return "Say which rows, or leave row level security off if there is nothing to keep apart."
    return "Its columns are not known here: if there is one that says whose a row is, compare that."


def _reached(policy: Policy) -> str:
    if policy.command == "all":
        return "read, change and delete every row" if policy.with_check is None else "read and delete every row"
    does = {"select": "read", "update": "change", "delete": "delete", "insert": "insert"}
    return f"{does[policy.command]} every row"
