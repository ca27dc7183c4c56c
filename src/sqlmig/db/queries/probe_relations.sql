-- Tables and views of schemas, with what a role may do to them; extensions' own are left out.
SELECT n.nspname, c.relname, c.relkind::text, pg_catalog.pg_get_userbyid(c.relowner),
       c.relrowsecurity, c.relforcerowsecurity, c.relispartition,
       coalesce('security_invoker=true' = ANY(c.reloptions) OR 'security_invoker=on' = ANY(c.reloptions), false),
       -- Who may not use the schema cannot name what is in it.
       CASE WHEN pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE') THEN array_remove(ARRAY[
           CASE WHEN pg_catalog.has_table_privilege(r.oid, c.oid, 'INSERT') THEN 'insert' END,
           CASE WHEN pg_catalog.has_any_column_privilege(r.oid, c.oid, 'UPDATE') THEN 'update' END,
           CASE WHEN pg_catalog.has_table_privilege(r.oid, c.oid, 'DELETE') THEN 'delete' END,
           CASE WHEN pg_catalog.has_table_privilege(r.oid, c.oid, 'TRUNCATE') THEN 'truncate' END,
           CASE WHEN pg_catalog.pg_has_role(r.oid, c.relowner, 'USAGE') THEN 'own' END
       ], NULL) ELSE '{}' END,
       c.relkind = 'r' AND pg_catalog.pg_relation_size(c.oid) <= 1048576,
       coalesce(columns.listed, '[]'), coalesce(keys.columns, '{}'),
       coalesce(refs.listed, '[]'), coalesce(checks.listed, '[]')
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_roles r ON r.rolname = %(role)s
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
        'name', a.attname, 'type', base.typname, 'category', base.typcategory,
        'length', CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END,
        'not_null', a.attnotnull OR t.typnotnull,
        'default', a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL,
        'counted', a.attidentity <> '' OR coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid) ~ '\mnextval\(', false),
        'labels', (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e
                   WHERE e.enumtypid = base.oid),
        'may_insert', pg_catalog.has_column_privilege(r.oid, c.oid, a.attnum, 'INSERT'),
        'may_update', pg_catalog.has_column_privilege(r.oid, c.oid, a.attnum, 'UPDATE')
    ) ORDER BY a.attnum) AS listed
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    JOIN pg_catalog.pg_type base ON base.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
) columns ON true
LEFT JOIN LATERAL (
    SELECT array_agg(a.attname::text ORDER BY k.place) AS columns
    FROM pg_catalog.pg_constraint p
    CROSS JOIN LATERAL unnest(p.conkey) WITH ORDINALITY AS k (number, place)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = p.conrelid AND a.attnum = k.number
    WHERE p.conrelid = c.oid AND p.contype = 'p'
) keys ON true
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
        'name', f.conname, 'schema', tn.nspname, 'table', t.relname,
        'columns', (SELECT json_agg(a.attname ORDER BY k.place)
                    FROM unnest(f.conkey) WITH ORDINALITY AS k (number, place)
                    JOIN pg_catalog.pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.number),
        'target_columns', (SELECT json_agg(a.attname ORDER BY k.place)
                           FROM unnest(f.confkey) WITH ORDINALITY AS k (number, place)
                           JOIN pg_catalog.pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.number)
    ) ORDER BY f.conname) AS listed
    FROM pg_catalog.pg_constraint f
    JOIN pg_catalog.pg_class t ON t.oid = f.confrelid
    JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
    WHERE f.conrelid = c.oid AND f.contype = 'f'
) refs ON true
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
        'name', k.conname, 'expression', pg_catalog.pg_get_expr(k.conbin, k.conrelid),
        'columns', (SELECT json_agg(a.attname) FROM pg_catalog.pg_attribute a
                    WHERE a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey))
    ) ORDER BY k.conname) AS listed
    FROM pg_catalog.pg_constraint k
    WHERE k.conrelid = c.oid AND k.contype = 'c'
) checks ON true
WHERE n.nspname = ANY(%(schemas)s::text[]) AND c.relkind IN ('r', 'p', 'v', 'm')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY n.nspname, c.relispartition, c.relname
