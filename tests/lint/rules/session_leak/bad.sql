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
