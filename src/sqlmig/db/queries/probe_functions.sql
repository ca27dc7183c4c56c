-- Functions of schemas that run with their owner's rights, give something back, and that a role may call.
SELECT n.nspname, p.proname, pg_catalog.pg_get_userbyid(p.proowner),
       (SELECT coalesce(json_agg(json_build_object(
                   'name', '', 'type', t.typname, 'category', t.typcategory,
                   'labels', (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e
                              WHERE e.enumtypid = t.oid)) ORDER BY a.place), '[]')
        FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, place)
        JOIN pg_catalog.pg_type t ON t.oid = a.type
        WHERE a.place <= p.pronargs - p.pronargdefaults),
       (SELECT coalesce(array_agg(pg_catalog.format_type(a.type, NULL) ORDER BY a.place), '{}')
        FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, place)
        WHERE a.place <= p.pronargs - p.pronargdefaults),
       coalesce(
           (SELECT json_agg(json_build_object('name', shown.name))
            FROM unnest(p.proargnames, p.proargmodes) AS shown (name, mode)
            WHERE shown.mode IN ('o', 'b', 't')),
           (SELECT json_agg(json_build_object('name', a.attname))
            FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = result.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
           '[]')
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_type result ON result.oid = p.prorettype
JOIN pg_catalog.pg_roles r ON r.rolname = %(role)s
WHERE n.nspname = ANY(%(schemas)s::text[]) AND p.prosecdef AND p.prokind = 'f' AND p.provariadic = 0
  AND result.typname NOT IN ('trigger', 'event_trigger', 'void')
  AND pg_catalog.has_function_privilege(r.oid, p.oid, 'EXECUTE')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND e.objid = p.oid AND e.deptype = 'e')
ORDER BY n.nspname, p.proname, p.oid
