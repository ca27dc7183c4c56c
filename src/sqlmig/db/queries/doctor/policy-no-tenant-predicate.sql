-- check: policy-no-tenant-predicate
-- severity: error
-- title: A policy does not compare the tenant column with the current tenant.
-- reason: Rows of other tenants pass, and permissive policies are joined by OR: another policy does not make up for
--   it. Where the condition goes by something that cannot be judged it is a warning.
-- decide: If another setting or function tells the current tenant, say so in lint.tenant_setting or
--   lint.tenant_functions; otherwise compare the tenant column as well.
-- read: The rows are all policies; sqlmig reads their conditions, as `sqlmig lint` does. By hand: look at those in
--   which "using" or with_check does not compare the tenant column with the setting.
\ir ../doctor_policies.sql
