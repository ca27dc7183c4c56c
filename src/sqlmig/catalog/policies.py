"""Policies on a live database, judged by what the linter's rules on policies ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlmig.lint.rowsecurity import (
    binds_application,
    conditions,
    is_guarded,
    keeps_to_session,
    keeps_to_tenant,
    of_roles,
)
from sqlmig.lint.settings import Settings
from sqlmig.lint.words import listed
from sqlmig.plan.doctor import Severity, Sighting
from sqlmig.sql.definitions import Expression
from sqlmig.sql.expressions.truth import always_true, never_true
from sqlmig.sql.identifiers import quote_ident, quote_literal
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.state import SchemaState
from sqlmig.sql.schema.tables import Policy, Table
from sqlmig.sql.tokens import tokenize

NOWHERE: Final = SchemaState(home="pg_catalog")
"""The functions that tell the tenant are among `Settings.tenant_functions`: no other needs to be looked up."""


@dataclass(frozen=True, slots=True)
class LiveTable:
    """A table with its policies, as it is in some schemas."""

    name: str
    holds_tenants: bool
    tenant_type: str | None
    """None without the tenant column."""
    table: Table
    """With nothing but the policies in it."""

    def keeps(self, condition: Expression, policy: Policy, settings: Settings) -> bool:
        """Whether a restrictive policy keeps rows apart as far as that can be told."""
        if not self.holds_tenants:
            return always_true(condition) is not True
        return keeps_to_tenant(condition, policy, NOWHERE, settings) is not False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a policy, for every schema in which it is the same."""

    severity: Severity
    policy: Policy
    words: tuple[str, ...]
    """Which of its conditions: USING, WITH CHECK."""
    detail: str
    mended: Mapping[str, str] | None
    """What these conditions should be; None where a person has to decide."""


Judge = Callable[[LiveTable, Settings], Iterator[Verdict]]


def judged(check: str, judge: Judge, rows: Iterable[tuple[object, ...]], settings: Settings) -> Iterator[Sighting]:
    """What a judge finds in the rows of a check on policies.

    Args:
        check: its id.
        judge: says what is wrong with the policies of one table.
        rows: one a policy: schema, table, policy, permissive, command, roles, using, with_check, tenant_type,
            holds_tenants.
        settings: what the linter goes by.
    """
    # Most tenants are alike: what is the same in all of them is read once.
    by_table: dict[tuple[object, object], list[tuple[object, ...]]] = {}
    for row in rows:
        by_table.setdefault((row[0], row[1]), []).append(tuple(tuple(v) if isinstance(v, list) else v for v in row[1:]))
    alike: dict[tuple[tuple[object, ...], ...], list[str]] = {}
    for (schema, _), policies in by_table.items():
        alike.setdefault(tuple(sorted(policies, key=str)), []).append(str(schema))
    for rows_of_one, schemas in alike.items():
        live = _table(rows_of_one)
        for verdict in judge(live, settings):
            for schema in schemas:
                yield _sighting(check, verdict, live, schema)


def open_policies(live: LiveTable, settings: Settings) -> Iterator[Verdict]:
    """As policy-always-true: permissive policies with a condition that every row passes."""
    for policy in live.table.policies:
        if not policy.permissive or not binds_application(policy, settings):
            continue
        if policy.command == "select" and not live.holds_tenants:
            continue
        found = [words for words, one in conditions(policy).items() if _is_open(words, one, policy, live, settings)]
        if not found:
            continue
        right = tenant_condition(live, settings)
        yield Verdict(
            Severity.ERROR if live.holds_tenants else Severity.WARNING,
            policy,
            tuple(found),
            f"policy {quote_ident(policy.name)} lets {of_roles(policy.roles)} pass with every row: {listed(found)}"
            f" {'are' if len(found) > 1 else 'is'} always true",
            dict.fromkeys(found, right) if right is not None and live.holds_tenants else None,
        )


def _is_open(words: str, condition: Expression, policy: Policy, live: LiveTable, settings: Settings) -> bool:
    return always_true(condition) is True and not _is_guarded(words, policy, live, settings)


def policies_without_tenant(live: LiveTable, settings: Settings) -> Iterator[Verdict]:
    """As policy-no-tenant-predicate: permissive policies that do not compare the tenant column with the tenant."""
    for policy in live.table.policies if live.holds_tenants else ():
        if not policy.permissive or not binds_application(policy, settings):
            continue
        severities = {
            words: _severity(one, policy, settings)
            for words, one in conditions(policy).items()
            if not _is_guarded(words, policy, live, settings)
        }
        for severity in (Severity.ERROR, Severity.WARNING):
            if found := tuple(words for words, verdict in severities.items() if verdict is severity):
                yield _without_tenant(policy, found, severity, live, settings)
                break


def _severity(condition: Expression, policy: Policy, settings: Settings) -> Severity | None:
    """None when nothing is wrong, or policy-always-true says it."""
    if always_true(condition) or never_true(condition):
        return None
    kept = keeps_to_tenant(condition, policy, NOWHERE, settings)
    if kept:
        return None
    doubtful = kept is None or keeps_to_session(condition, policy, settings) is not False
    return Severity.WARNING if doubtful else Severity.ERROR


def _without_tenant(
    policy: Policy, found: tuple[str, ...], severity: Severity, live: LiveTable, settings: Settings
) -> Verdict:
    name, column, right = (
        quote_ident(policy.name),
        quote_ident(settings.tenant_column),
        tenant_condition(live, settings),
    )
    said = conditions(policy)
    if severity is Severity.WARNING:
        shown = "; ".join(f"{words} {said[words].text}" for words in found)
        detail = f"policy {name} goes by something of which it cannot be told whether it is the current tenant: {shown}"
        return Verdict(severity, policy, found, detail, None)
    detail = f"policy {name} does not compare {column} with {settings.lint.tenant_setting} in {listed(found)}"
    mended = {words: f"{right} AND ({said[words].text})" for words in found} if right is not None else None
    return Verdict(severity, policy, found, detail, mended)


def _is_guarded(words: str, policy: Policy, live: LiveTable, settings: Settings) -> bool:
    return is_guarded(policy, words, live.table, lambda condition, other: live.keeps(condition, other, settings))


def tenant_condition(live: LiveTable, settings: Settings) -> str | None:
    """The condition that a policy of the table should have; None without the tenant column."""
    if live.tenant_type is None:
        return None
    cast = settings.lint.tenant_type or live.tenant_type
    setting = quote_literal(settings.lint.tenant_setting)
    return f"{quote_ident(settings.tenant_column)} = (SELECT nullif(current_setting({setting}, true), '')::{cast})"


def _sighting(check: str, verdict: Verdict, live: LiveTable, schema: str) -> Sighting:
    fix = None
    if verdict.mended is not None:
        said = "".join(f"\n    {words} ({condition})" for words, condition in verdict.mended.items())
        table = f"{quote_ident(schema)}.{quote_ident(live.name)}"
        fix = f"ALTER POLICY {quote_ident(verdict.policy.name)} ON {table}{said};"
    return Sighting(check, verdict.severity, schema, live.name, verdict.detail, fix)


# --- rows ---


def _table(rows: tuple[tuple[object, ...], ...]) -> LiveTable:
    """The policies of one table, as the query gives them, without the schema."""
    name, tenant_type, holds_tenants = str(rows[0][0]), rows[0][7], bool(rows[0][8])
    table = Table(name=Name(None, name), policies=tuple(map(_policy, rows)))
    return LiveTable(name, holds_tenants, str(tenant_type) if tenant_type is not None else None, table)


def _policy(row: tuple[object, ...]) -> Policy:
    _, name, permissive, command, roles, using, with_check = row[:7]
    assert isinstance(roles, tuple)  # noqa: S101  what judged() made of the list
    return Policy(
        name=str(name),
        permissive=bool(permissive),
        command=str(command),
        roles=tuple(map(str, roles)),
        using=_expression(using),
        with_check=_expression(with_check),
    )


def _expression(text: object) -> Expression | None:
    if text is None:
        return None
    tokens = tokenize(str(text)).tokens
    return Expression(text=str(text), start=tokens[0].start, tokens=tokens)


JUDGES: Final[Mapping[str, Judge]] = {
    "policy-always-true": open_policies,
    "policy-no-tenant-predicate": policies_without_tenant,
}
"""By the check whose rows they read."""
