-- case: of a function
CREATE FUNCTION one() RETURNS int LANGUAGE sql SET search_path = '' AS 'SELECT 1';

-- case: another setting
SET LOCAL work_mem = '64MB';
SELECT set_config('app.current_tenant_id', '1', true);
