"""Rules: changes of tables, partitions, views and domains that are in use."""

from __future__ import annotations

from sqlmig.lint.rule import Rule
from sqlmig.lint.rules.add_column_fk_default import add_column_fk_default
from sqlmig.lint.rules.add_column_inline_check import add_column_inline_check
from sqlmig.lint.rules.add_column_not_null_no_default import add_column_not_null_no_default
from sqlmig.lint.rules.add_column_serial_identity import add_column_serial_identity
from sqlmig.lint.rules.add_column_stored_generated import add_column_stored_generated
from sqlmig.lint.rules.add_column_volatile_default import add_column_volatile_default
from sqlmig.lint.rules.alter_domain_constraint import alter_domain_constraint
from sqlmig.lint.rules.alter_type_rewrite import alter_type_rewrite
from sqlmig.lint.rules.alter_type_tz import alter_type_tz
from sqlmig.lint.rules.attach_partition import attach_partition
from sqlmig.lint.rules.detach_partition import detach_partition
from sqlmig.lint.rules.domain_with_constraint import domain_with_constraint
from sqlmig.lint.rules.drop_fk_locks_both import drop_fk_locks_both
from sqlmig.lint.rules.explicit_lock import explicit_lock
from sqlmig.lint.rules.many_fks_one_tx import many_fks_one_tx
from sqlmig.lint.rules.partition_of_live_parent import partition_of_live_parent
from sqlmig.lint.rules.refresh_matview import refresh_matview
from sqlmig.lint.rules.rls_ddl_lock import rls_ddl_lock
from sqlmig.lint.rules.set_expression import set_expression
from sqlmig.lint.rules.trigger_ddl import trigger_ddl
from sqlmig.lint.rules.truncate import truncate
from sqlmig.lint.rules.vacuum_full_cluster import vacuum_full_cluster

RULES: tuple[Rule, ...] = (
    add_column_volatile_default,
    add_column_stored_generated,
    add_column_serial_identity,
    add_column_inline_check,
    add_column_fk_default,
    add_column_not_null_no_default,
    alter_type_rewrite,
    alter_type_tz,
    set_expression,
    drop_fk_locks_both,
    many_fks_one_tx,
    attach_partition,
    partition_of_live_parent,
    detach_partition,
    vacuum_full_cluster,
    refresh_matview,
    trigger_ddl,
    rls_ddl_lock,
    alter_domain_constraint,
    domain_with_constraint,
    explicit_lock,
    truncate,
)
