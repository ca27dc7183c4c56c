"""Rules: security."""

from __future__ import annotations

from sqlmig.lint.rule import Rule
from sqlmig.lint.rules.bypassrls_role import bypassrls_role
from sqlmig.lint.rules.default_privileges_public import default_privileges_public
from sqlmig.lint.rules.extension_in_public import extension_in_public
from sqlmig.lint.rules.foreign_table import foreign_table
from sqlmig.lint.rules.func_search_path_mutable import func_search_path_mutable
from sqlmig.lint.rules.maintenance_search_path import maintenance_search_path
from sqlmig.lint.rules.matview_tenant_data import matview_tenant_data
from sqlmig.lint.rules.not_leakproof import not_leakproof
from sqlmig.lint.rules.policy_always_true import policy_always_true
from sqlmig.lint.rules.policy_initplan import policy_initplan
from sqlmig.lint.rules.policy_no_tenant_predicate import policy_no_tenant_predicate
from sqlmig.lint.rules.policy_no_with_check import policy_no_with_check
from sqlmig.lint.rules.policy_permissive_or import policy_permissive_or
from sqlmig.lint.rules.policy_recursion import policy_recursion
from sqlmig.lint.rules.policy_rls_off import policy_rls_off
from sqlmig.lint.rules.policy_setting_nullable import policy_setting_nullable
from sqlmig.lint.rules.policy_to_public import policy_to_public
from sqlmig.lint.rules.rls_disabled import rls_disabled
from sqlmig.lint.rules.rls_missing import rls_missing
from sqlmig.lint.rules.rls_no_policy import rls_no_policy
from sqlmig.lint.rules.rls_not_forced import rls_not_forced
from sqlmig.lint.rules.rls_unsupported_op import rls_unsupported_op
from sqlmig.lint.rules.secdef_no_search_path import secdef_no_search_path
from sqlmig.lint.rules.secdef_public_execute import secdef_public_execute
from sqlmig.lint.rules.view_security_invoker import view_security_invoker

RULES: tuple[Rule, ...] = (
    rls_missing,
    rls_not_forced,
    rls_no_policy,
    policy_rls_off,
    rls_disabled,
    policy_always_true,
    policy_no_tenant_predicate,
    policy_no_with_check,
    policy_permissive_or,
    policy_initplan,
    policy_to_public,
    policy_setting_nullable,
    policy_recursion,
    bypassrls_role,
    view_security_invoker,
    matview_tenant_data,
    secdef_no_search_path,
    secdef_public_execute,
    func_search_path_mutable,
    maintenance_search_path,
    rls_unsupported_op,
    not_leakproof,
    default_privileges_public,
    extension_in_public,
    foreign_table,
)
