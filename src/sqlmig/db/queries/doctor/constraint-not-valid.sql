-- check: constraint-not-valid
-- severity: warning
-- title: A constraint is NOT VALID.
-- reason: It holds for new rows; the old ones were never checked, and the planner cannot count on it.
WITH constraint_ AS (
    SELECT n.nspname AS schema, t.relname AS table_name, y.typname AS domain_name, c.conname, c.contype,
        -- Not a column before PostgreSQL 18.
        coalesce((pg_catalog.to_jsonb(c) ->> 'conenforced')::boolean, true) AS enforced
    FROM pg_catalog.pg_constraint AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.connamespace
    LEFT JOIN pg_catalog.pg_class AS t ON t.oid = c.conrelid
    LEFT JOIN pg_catalog.pg_type AS y ON y.oid = c.contypid
    WHERE NOT c.convalidated AND n.nspname = ANY (:'schemas'::name[])
)
SELECT schema, coalesce(table_name, domain_name) AS object, 'warning' AS severity,
    pg_catalog.format('%I is NOT VALID', conname) AS detail,
    pg_catalog.format(
        E'-- Reads every row, while others go on reading and writing. It fails where a row does not fit.\n'
        'ALTER %s %I.%I VALIDATE CONSTRAINT %I;',
        CASE WHEN table_name IS NULL THEN 'DOMAIN' ELSE 'TABLE' END, schema, coalesce(table_name, domain_name), conname
    ) AS fix
FROM constraint_
WHERE enforced;
