SET LOCAL statement_timeout = '5s';
SET LOCAL ROLE deal_owner;
SELECT set_config('app.current_tenant_id', '42', true);
