"""Policies that do not ask whose a row is."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.rowsecurity import (
    Written,
    binds_application,
    conditions,
    holds_tenants,
    is_guarded,
    keeps_to_session,
    keeps_to_tenant,
    of_roles,
    own_functions,
    policy_statement,
    tenant_condition,
    written_policies,
)
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.definitions import Expression
from sqlmig.sql.expressions.settings import setting_reads
from sqlmig.sql.expressions.truth import always_true, never_true
from sqlmig.sql.schema.tables import Policy


@file_rule()
def policy_no_tenant_predicate(file: FileContext) -> Iterator[Flag]:
    """A permissive policy on a table of tenants' rows that does not compare the tenant column with the current tenant.

    Effect: rows of other tenants pass. Permissive policies are joined by OR: another policy does not make up for it.

    Instead: compare the column with the setting `lint.tenant_setting`, or with one of `lint.tenant_functions`.

    Unless: restrictive policies that do are for the same commands and roles; the policy is only for roles that
    `lint.app_roles` does not list. Where the condition goes by another setting, or by a function that is not known,
    it is a warning.
    """
    for written in written_policies(file):
        policy = written.policy
        if policy.permissive and holds_tenants(written.table, file) and binds_application(policy, file.settings):
            judged = {
                words: _verdict(condition, written)
                for words, condition in conditions(policy).items()
                if not _is_guarded(words, written)
            }
            if open_ones := [words for words, verdict in judged.items() if verdict is Severity.ERROR]:
                yield _open(written, open_ones)
            elif doubtful := [words for words, verdict in judged.items() if verdict is Severity.WARNING]:
                yield _doubtful(written, doubtful)


def _verdict(condition: Expression, written: Written) -> Severity | None:
    """None when nothing is wrong, or policy-always-true says it."""
    policy, context = written.policy, written.context
    if always_true(condition) or never_true(condition):
        return None
    kept = keeps_to_tenant(condition, policy, context.end, context.settings)
    if kept:
        return None
    if kept is None or keeps_to_session(condition, policy, context.settings) is not False:
        return Severity.WARNING
    return Severity.ERROR


def _is_guarded(words: str, written: Written) -> bool:
    context = written.context

    def keeps(condition: Expression, policy: Policy) -> bool:
        return keeps_to_tenant(condition, policy, context.end, context.settings) is not False

    return is_guarded(written.policy, words, written.table, keeps)


def _open(written: Written, found: list[str]) -> Flag:
    policy, settings = written.policy, written.context.settings
    does = {"USING": _reaches(policy), "WITH CHECK": "write rows of other tenants"}
    return Flag(
        f"{written.name} lets {of_roles(policy.roles)} {listed([does[words] for words in found])}: not every row that"
        f" passes {listed(found)} has the current tenant in {settings.tenant_column}.",
        "Compare the column as well, for every row:",
        _mended(written, found),
        at=written.context.occurrence.operation.at,
    )


def _mended(written: Written, found: list[str]) -> str:
    settings = written.context.settings
    condition = tenant_condition(written.table, settings)
    said = {
        words: f"{condition} AND ({one.text})" if words in found else one.text
        for words, one in conditions(written.policy).items()
    }
    return policy_statement(written, said, settings)


def _reaches(policy: Policy) -> str:
    does = {"select": "read", "update": "change", "delete": "delete"}.get(policy.command, "read, change and delete")
    return f"{does} rows of other tenants"


def _doubtful(written: Written, found: list[str]) -> Flag:
    context, settings = written.context, written.context.settings
    said = [condition for words, condition in conditions(written.policy).items() if words in found]
    known = settings.tenant_functions
    functions = [name for condition in said for name in own_functions(condition) if name not in known]
    others = [read.setting for condition in said for read in setting_reads(condition) if read.setting is not None]
    others = [setting for setting in others if setting not in settings.tenant_settings]
    by, key = "something that cannot be read here", ""
    if functions:
        by, key = f"{functions[0]}()", f"tenant_functions: [{functions[0]}]"
    elif others:
        by, key = f"setting {others[0]}, not by {settings.lint.tenant_setting}", f"tenant_setting: {others[0]}"
    # Only what would be good if it was listed is worth listing.
    listing = bool(key) and all(keeps_to_session(one, written.policy, settings) for one in said)
    return Flag(
        f"{written.name} goes by {by}: whether only rows of the current tenant pass {listed(found)} cannot be told.",
        "If that tells the current tenant, say so in the configuration:"
        if listing
        else f"Compare {settings.tenant_column} with the current tenant directly, as well:",
        f"lint:\n  {key}" if listing else _mended(written, found),
        at=context.occurrence.operation.at,
        severity=Severity.WARNING,
    )
