-- case: a setting
SET statement_timeout = '5s';

-- case: a role
SET ROLE deal_owner;

-- case: a function that sets
SELECT set_config('app.current_tenant_id', '42', false);

-- case: everything
RESET ALL;

-- case: waiting for notifications
LISTEN deals;

-- case: where SET LOCAL would do nothing
-- sqlmig: transaction off
SET statement_timeout = '5s';
SET work_mem = '1GB';
