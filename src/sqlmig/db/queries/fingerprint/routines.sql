-- Functions, procedures and aggregates; of a body in quotes PostgreSQL knows no names, so it may name the schema.
SELECT
    p.pronamespace,
    CASE p.prokind WHEN 'a' THEN 'aggregate ' WHEN 'p' THEN 'procedure ' ELSE 'function ' END || p.proname || '('
    || CASE WHEN {within p.pronamespace} THEN pg_get_function_identity_arguments(p.oid) END || ')',
    CASE WHEN p.prosqlbody IS NULL THEN t.body END, CASE WHEN p.prosqlbody IS NOT NULL THEN t.body END,
    pg_get_userbyid(o.owner), {rights}, d.description
FROM pg_catalog.pg_proc AS p
CROSS JOIN LATERAL (SELECT p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))) AS o (owner, acl)
CROSS JOIN LATERAL (
    SELECT CASE WHEN {within p.pronamespace} THEN
    CASE p.prokind
        WHEN 'a' THEN (
            SELECT concat_ws(
                ' ', pg_get_function_result(p.oid), g.aggkind, g.aggnumdirectargs, g.aggtransfn, g.aggfinalfn,
                g.aggcombinefn, g.aggserialfn, g.aggdeserialfn, g.aggmtransfn, g.aggminvtransfn, g.aggmfinalfn,
                g.aggfinalextra, g.aggmfinalextra, g.aggfinalmodify, g.aggmfinalmodify,
                nullif(g.aggsortop, 0)::regoperator, format_type(g.aggtranstype, NULL), g.aggtransspace,
                format_type(nullif(g.aggmtranstype, 0), NULL), g.aggmtransspace, quote_nullable(g.agginitval),
                quote_nullable(g.aggminitval)
            )
            FROM pg_catalog.pg_aggregate AS g
            WHERE g.aggfnoid = p.oid
        )
        -- CREATE OR REPLACE FUNCTION is followed by the schema, whatever the search path is.
        WHEN 'p' THEN 'PROCEDURE ' || substr(pg_get_functiondef(p.oid), 30 + length(p.pronamespace::regnamespace::text))
        ELSE 'FUNCTION ' || substr(pg_get_functiondef(p.oid), 29 + length(p.pronamespace::regnamespace::text))
    END
    END
) AS t (body)
LEFT JOIN pg_catalog.pg_description AS d
    ON d.objoid = p.oid AND d.classoid = 'pg_catalog.pg_proc'::regclass AND d.objsubid = 0
WHERE p.oid = ANY (%(pg_proc)s::oid[]) AND p.pronamespace = ANY (%(schemas)s::oid[])
