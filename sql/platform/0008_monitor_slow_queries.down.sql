REVOKE SELECT ON tenants FROM pg_monitor;
DROP FUNCTION slow_queries(interval);
