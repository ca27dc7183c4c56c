"""Policies for everybody."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.rowsecurity import to_roles, written_policies
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.definitions import PUBLIC
from sqlmig.sql.identifiers import quote_ident


@file_rule(severity=Severity.WARNING, pack=Pack.STRICT)
def policy_to_public(file: FileContext) -> Iterator[Flag]:
    """A permissive policy without TO, or TO PUBLIC.

    Effect: it is for every role of the server, those to come included; each gets the rows as soon as it may read the
    table.

    Instead: name the roles of the application.

    Unless: the policy is restrictive: what holds rows back should bind everybody.
    """
    for written in written_policies(file):
        if not written.policy.permissive or PUBLIC not in written.policy.roles:
            continue
        roles = file.settings.lint.app_roles
        yield Flag(
            f"{written.name} is for every role there is, and every role to come.",
            "Name the roles that it is for:",
            f"ALTER POLICY {quote_ident(written.policy.name)} ON {written.shown}{to_roles(roles) or ' TO <the role>'};",
            at=written.context.occurrence.operation.at,
        )
