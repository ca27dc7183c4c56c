-- check: policy-always-true
-- severity: error
-- title: A policy lets every row pass.
-- reason: Permissive policies are joined by OR: another policy does not make up for one that is always true. On
--   tables without the tenant column it is a warning, and none where it only lets rows be read.
-- decide: On a table that holds no tenant's rows: which rows whom concern; or switch row level security off.
-- read: The rows are all policies; sqlmig reads their conditions, as `sqlmig lint` does. By hand: look for those in
--   which "using" or with_check is true whatever the row is, unless a restrictive policy for the same roles and
--   commands is there, too.
\ir ../doctor_policies.sql
