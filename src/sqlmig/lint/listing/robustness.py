"""Rules: what belongs into a migration file."""

from __future__ import annotations

from sqlmig.lint.rule import Rule
from sqlmig.lint.rules.alter_global_config import alter_global_config
from sqlmig.lint.rules.bad_ignore import bad_ignore
from sqlmig.lint.rules.dynamic_sql import dynamic_sql
from sqlmig.lint.rules.identifier_too_long import identifier_too_long
from sqlmig.lint.rules.if_not_exists_masks_drift import if_not_exists_masks_drift
from sqlmig.lint.rules.mixed_scope import mixed_scope
from sqlmig.lint.rules.not_rerunnable import not_rerunnable
from sqlmig.lint.rules.psql_only import psql_only
from sqlmig.lint.rules.server_file_access import server_file_access
from sqlmig.lint.rules.session_leak import session_leak
from sqlmig.lint.rules.tx_control_in_migration import tx_control_in_migration
from sqlmig.lint.rules.uncommitted_tx import uncommitted_tx
from sqlmig.lint.rules.unparsed_statement import unparsed_statement
from sqlmig.lint.rules.unused_ignore import unused_ignore

RULES: tuple[Rule, ...] = (
    unparsed_statement,
    psql_only,
    tx_control_in_migration,
    uncommitted_tx,
    server_file_access,
    dynamic_sql,
    identifier_too_long,
    unused_ignore,
    bad_ignore,
    session_leak,
    alter_global_config,
    not_rerunnable,
    if_not_exists_masks_drift,
    mixed_scope,
)
