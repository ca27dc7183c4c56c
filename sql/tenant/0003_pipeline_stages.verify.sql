-- Without an open stage to begin with and a closed one to end with no deal can be entered.
{% from "tenant.sql" import as_tenant %}

{{ as_tenant(tenant.id) }}

SELECT 'a stage to begin with and one to end with are missing' AS problem
FROM pipeline_stages
HAVING count(*) FILTER (WHERE NOT is_closed) = 0 OR count(*) FILTER (WHERE is_closed) = 0;
