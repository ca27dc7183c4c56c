SELECT p.schema_name, p.template, p.identity, p.made_at,
       EXISTS (SELECT FROM pg_catalog.pg_namespace AS n WHERE n.nspname = p.schema_name)
FROM {history}.pool AS p ORDER BY p.made_at, p.schema_name
