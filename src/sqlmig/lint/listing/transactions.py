"""Rules: what a transaction holds, and for how long."""

from __future__ import annotations

from sqlmig.lint.rule import Rule
from sqlmig.lint.rules.backfill_in_ddl_tx import backfill_in_ddl_tx
from sqlmig.lint.rules.enum_add_in_tx import enum_add_in_tx
from sqlmig.lint.rules.idle_in_tx_timeout import idle_in_tx_timeout
from sqlmig.lint.rules.missing_lock_timeout import missing_lock_timeout
from sqlmig.lint.rules.missing_statement_timeout import missing_statement_timeout
from sqlmig.lint.rules.multi_alter_same_table import multi_alter_same_table
from sqlmig.lint.rules.stmt_after_ae import stmt_after_ae
from sqlmig.lint.rules.unbatched_dml import unbatched_dml
from sqlmig.lint.rules.wide_lock_window import wide_lock_window

RULES: tuple[Rule, ...] = (
    wide_lock_window,
    stmt_after_ae,
    backfill_in_ddl_tx,
    unbatched_dml,
    multi_alter_same_table,
    missing_lock_timeout,
    missing_statement_timeout,
    idle_in_tx_timeout,
    enum_add_in_tx,
)
