"""Rules: indexes and constraints of tables that are in use."""

from __future__ import annotations

from sqlmig.lint.rule import Rule
from sqlmig.lint.rules.add_exclusion import add_exclusion
from sqlmig.lint.rules.add_not_null_constraint import add_not_null_constraint
from sqlmig.lint.rules.add_pk import add_pk
from sqlmig.lint.rules.add_unique import add_unique
from sqlmig.lint.rules.check_not_validated import check_not_validated
from sqlmig.lint.rules.concurrent_if_not_exists import concurrent_if_not_exists
from sqlmig.lint.rules.concurrent_index_unnamed import concurrent_index_unnamed
from sqlmig.lint.rules.concurrent_not_alone import concurrent_not_alone
from sqlmig.lint.rules.concurrent_on_partitioned import concurrent_on_partitioned
from sqlmig.lint.rules.concurrently_in_tx import concurrently_in_tx
from sqlmig.lint.rules.drop_index_not_concurrent import drop_index_not_concurrent
from sqlmig.lint.rules.fk_not_valid_partitioned import fk_not_valid_partitioned
from sqlmig.lint.rules.fk_not_validated import fk_not_validated
from sqlmig.lint.rules.index_not_concurrent import index_not_concurrent
from sqlmig.lint.rules.pk_using_index_nullable import pk_using_index_nullable
from sqlmig.lint.rules.reindex_not_concurrent import reindex_not_concurrent
from sqlmig.lint.rules.set_not_null import set_not_null
from sqlmig.lint.rules.validate_same_tx import validate_same_tx

RULES: tuple[Rule, ...] = (
    index_not_concurrent,
    drop_index_not_concurrent,
    reindex_not_concurrent,
    concurrently_in_tx,
    concurrent_not_alone,
    concurrent_if_not_exists,
    concurrent_index_unnamed,
    concurrent_on_partitioned,
    check_not_validated,
    fk_not_validated,
    fk_not_valid_partitioned,
    validate_same_tx,
    set_not_null,
    add_not_null_constraint,
    add_unique,
    add_pk,
    pk_using_index_nullable,
    add_exclusion,
)
