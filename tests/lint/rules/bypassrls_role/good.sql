-- case: without
-- config: lint: {tenancy: both}
-- platform
CREATE ROLE reporting LOGIN NOBYPASSRLS NOSUPERUSER;
GRANT reporting TO deal_app;
-- sqlmig: allow bypassrls-role: nobody logs in as it
CREATE ROLE all_rows BYPASSRLS;
GRANT all_rows TO deal_app WITH SET FALSE;

-- case: no row level security anywhere
-- platform
CREATE ROLE reporting BYPASSRLS;
