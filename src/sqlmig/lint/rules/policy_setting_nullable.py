"""Policies that fail when the tenant is not set."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import is_down
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.expressions.settings import SettingRead, setting_reads
from sqlmig.sql.identifiers import quote_ident, quote_literal
from sqlmig.sql.operations.policies import AlterPolicy, CreatePolicy


@rule(CreatePolicy, AlterPolicy, severity=Severity.WARNING)
def policy_setting_nullable(operation: CreatePolicy | AlterPolicy, context: Context) -> Iterator[Flag]:
    """A policy that reads a setting of the application's without `missing_ok`, or casts it without NULLIF.

    Effect: in a session that never set it, every query of the table fails: the setting does not exist. Once a
    transaction has set it with SET LOCAL, it is an empty string for the rest of the session, and the cast fails.

    Instead: `nullif(current_setting('...', true), '')::uuid`: then no row passes as long as no tenant is set.

    Unless: the setting is compared as text, where an empty string is a value like any other.
    """
    if is_down(context.file):
        return
    seen: set[tuple[str, str]] = set()
    for condition in (operation.using, operation.with_check):
        for read in setting_reads(condition) if condition is not None else ():
            problem = _problem(read, f"{context.shown(operation.table)} through policy {quote_ident(operation.policy)}")
            if problem is None or read.setting is None or (read.setting, problem) in seen:
                continue
            seen.add((read.setting, problem))
            cast = f"::{read.cast}" if read.cast is not None else ""
            yield Flag(
                problem,
                "Let no row pass instead:",
                f"(SELECT nullif(current_setting({quote_literal(read.setting)}, true), ''){cast})",
                at=read.at if context.occurrence.statement is context.occurrence.outer else None,
            )


def _problem(read: SettingRead, what: str) -> str | None:
    if read.setting is None or "." not in read.setting:
        return None
    if not read.missing_ok:
        return f"Every query of {what} fails in a session that has not set {read.setting}."
    if read.cast is not None and read.cast not in _TEXTS and not read.nullif:
        return (
            f"Every query of {what} fails where {read.setting} is an empty string, as it is when the transaction that"
            f" set it with SET LOCAL has ended: '' is no {read.cast}."
        )
    return None


_TEXTS = frozenset({"text", "varchar", "bpchar", "name", "citext"})
