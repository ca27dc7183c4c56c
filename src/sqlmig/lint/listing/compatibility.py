"""Rules: compatibility."""

from __future__ import annotations

from sqlmig.lint.rule import Rule
from sqlmig.lint.rules.alter_identity import alter_identity
from sqlmig.lint.rules.cascade import cascade
from sqlmig.lint.rules.change_default import change_default
from sqlmig.lint.rules.disable_trigger import disable_trigger
from sqlmig.lint.rules.drop_column import drop_column
from sqlmig.lint.rules.drop_column_dependents import drop_column_dependents
from sqlmig.lint.rules.drop_constraint import drop_constraint
from sqlmig.lint.rules.drop_database import drop_database
from sqlmig.lint.rules.drop_domain import drop_domain
from sqlmig.lint.rules.drop_extension import drop_extension
from sqlmig.lint.rules.drop_function import drop_function
from sqlmig.lint.rules.drop_not_null import drop_not_null
from sqlmig.lint.rules.drop_owned import drop_owned
from sqlmig.lint.rules.drop_policy import drop_policy
from sqlmig.lint.rules.drop_schema import drop_schema
from sqlmig.lint.rules.drop_sequence import drop_sequence
from sqlmig.lint.rules.drop_table import drop_table
from sqlmig.lint.rules.drop_trigger import drop_trigger
from sqlmig.lint.rules.drop_type import drop_type
from sqlmig.lint.rules.drop_view import drop_view
from sqlmig.lint.rules.dup_column_assignment import dup_column_assignment
from sqlmig.lint.rules.enum_add_unordered import enum_add_unordered
from sqlmig.lint.rules.enum_rename_value import enum_rename_value
from sqlmig.lint.rules.grant_broad import grant_broad
from sqlmig.lint.rules.new_write_restriction import new_write_restriction
from sqlmig.lint.rules.rename_column import rename_column
from sqlmig.lint.rules.rename_object import rename_object
from sqlmig.lint.rules.rename_table import rename_table
from sqlmig.lint.rules.replace_signature import replace_signature
from sqlmig.lint.rules.revoke import revoke
from sqlmig.lint.rules.sequence_restart import sequence_restart
from sqlmig.lint.rules.set_schema import set_schema

RULES: tuple[Rule, ...] = (
    drop_table,
    drop_schema,
    drop_database,
    drop_owned,
    drop_column,
    drop_column_dependents,
    cascade,
    rename_column,
    rename_table,
    rename_object,
    set_schema,
    drop_view,
    drop_function,
    drop_type,
    drop_domain,
    drop_sequence,
    drop_trigger,
    drop_extension,
    replace_signature,
    new_write_restriction,
    drop_not_null,
    change_default,
    drop_constraint,
    alter_identity,
    enum_rename_value,
    enum_add_unordered,
    disable_trigger,
    revoke,
    grant_broad,
    drop_policy,
    sequence_restart,
    dup_column_assignment,
)
