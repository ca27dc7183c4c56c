"""Rules: TimescaleDB and pgvector; silent where nothing of them appears."""

from __future__ import annotations

from sqlmig.lint.rule import Rule
from sqlmig.lint.rules.ts_cagg_in_tx import ts_cagg_in_tx
from sqlmig.lint.rules.ts_cagg_vs_rls import ts_cagg_vs_rls
from sqlmig.lint.rules.ts_columnstore_alter import ts_columnstore_alter
from sqlmig.lint.rules.ts_columnstore_vs_rls import ts_columnstore_vs_rls
from sqlmig.lint.rules.ts_drop_chunks import ts_drop_chunks
from sqlmig.lint.rules.ts_fk_hypertable import ts_fk_hypertable
from sqlmig.lint.rules.ts_migrate_data import ts_migrate_data
from sqlmig.lint.rules.ts_no_concurrently import ts_no_concurrently
from sqlmig.lint.rules.ts_policy_jobs_per_tenant import ts_policy_jobs_per_tenant
from sqlmig.lint.rules.ts_segmentby_tenant import ts_segmentby_tenant
from sqlmig.lint.rules.ts_time_not_null import ts_time_not_null
from sqlmig.lint.rules.ts_unique_needs_time import ts_unique_needs_time
from sqlmig.lint.rules.vec_build_cost import vec_build_cost
from sqlmig.lint.rules.vec_dim_change import vec_dim_change
from sqlmig.lint.rules.vec_dims import vec_dims
from sqlmig.lint.rules.vec_ivfflat_empty import vec_ivfflat_empty
from sqlmig.lint.rules.vec_opclass import vec_opclass
from sqlmig.lint.rules.vec_tenant_filter import vec_tenant_filter
from sqlmig.lint.rules.vec_unique import vec_unique

RULES: tuple[Rule, ...] = (
    ts_unique_needs_time,
    ts_time_not_null,
    ts_no_concurrently,
    ts_columnstore_vs_rls,
    ts_cagg_vs_rls,
    ts_fk_hypertable,
    ts_columnstore_alter,
    ts_segmentby_tenant,
    ts_migrate_data,
    ts_cagg_in_tx,
    ts_drop_chunks,
    ts_policy_jobs_per_tenant,
    vec_ivfflat_empty,
    vec_dims,
    vec_opclass,
    vec_unique,
    vec_dim_change,
    vec_build_cost,
    vec_tenant_filter,
)
