"""Rules: what keeps tenants apart, and what a migration does once per tenant."""

from __future__ import annotations

from sqlmig.lint.rule import Rule
from sqlmig.lint.rules.dml_no_tenant_filter import dml_no_tenant_filter
from sqlmig.lint.rules.fk_set_null_tenant import fk_set_null_tenant
from sqlmig.lint.rules.fk_to_shared_table import fk_to_shared_table
from sqlmig.lint.rules.fk_without_tenant import fk_without_tenant
from sqlmig.lint.rules.fleet_concurrency_hazard import fleet_concurrency_hazard
from sqlmig.lint.rules.force_rls_backfill import force_rls_backfill
from sqlmig.lint.rules.global_object_in_tenant import global_object_in_tenant
from sqlmig.lint.rules.hardcoded_schema import hardcoded_schema
from sqlmig.lint.rules.index_tenant_not_leading import index_tenant_not_leading
from sqlmig.lint.rules.join_no_tenant import join_no_tenant
from sqlmig.lint.rules.pk_unique_without_tenant import pk_unique_without_tenant
from sqlmig.lint.rules.require_schema_qualified import require_schema_qualified
from sqlmig.lint.rules.search_path_change import search_path_change
from sqlmig.lint.rules.shared_ddl_in_tenant import shared_ddl_in_tenant
from sqlmig.lint.rules.tenant_column_missing import tenant_column_missing
from sqlmig.lint.rules.tenant_column_no_fk import tenant_column_no_fk
from sqlmig.lint.rules.tenant_column_nullable import tenant_column_nullable
from sqlmig.lint.rules.tenant_column_type import tenant_column_type
from sqlmig.lint.rules.unqualified_in_shared import unqualified_in_shared
from sqlmig.lint.rules.upsert_target_no_tenant import upsert_target_no_tenant

RULES: tuple[Rule, ...] = (
    tenant_column_missing,
    tenant_column_nullable,
    tenant_column_type,
    tenant_column_no_fk,
    pk_unique_without_tenant,
    index_tenant_not_leading,
    fk_without_tenant,
    fk_set_null_tenant,
    dml_no_tenant_filter,
    join_no_tenant,
    upsert_target_no_tenant,
    force_rls_backfill,
    hardcoded_schema,
    unqualified_in_shared,
    require_schema_qualified,
    search_path_change,
    global_object_in_tenant,
    shared_ddl_in_tenant,
    fk_to_shared_table,
    fleet_concurrency_hazard,
)
