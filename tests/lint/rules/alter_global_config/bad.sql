-- case: the server
-- sqlmig: transaction off
ALTER SYSTEM SET work_mem = '1GB';

-- case: a database
ALTER DATABASE shop SET timezone = 'UTC';

-- case: a role, from a tenant track
ALTER ROLE shop_app SET statement_timeout = '5s';
