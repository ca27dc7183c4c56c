-- What stands in the schemas %(schemas)s, a line of text for each thing: schema, line. search_path must be empty.
WITH spaces AS (SELECT oid, nspname, nspowner, nspacl FROM pg_catalog.pg_namespace WHERE nspname = ANY(%(schemas)s)),
relations AS (SELECT s.nspname, c.* FROM pg_catalog.pg_class c JOIN spaces s ON s.oid = c.relnamespace)

SELECT nspname, format('schema, owner %%s, grants %%s', nspowner::regrole, nspacl) FROM spaces

UNION ALL
SELECT nspname, format('relation %%s kind %%s persistence %%s, row security %%s forced %%s, owner %%s, grants %%s, options %%s',
    relname, relkind, relpersistence, relrowsecurity, relforcerowsecurity, relowner::regrole, relacl, reloptions)
FROM relations WHERE relkind <> 'i'

UNION ALL
SELECT r.nspname, format('column %%s.%%s at %%s: %%s, not null %%s, default %%s, identity %%s, generated %%s, collation %%s, grants %%s',
    r.relname, a.attname, (SELECT count(*) FROM pg_catalog.pg_attribute b
        WHERE b.attrelid = r.oid AND b.attnum BETWEEN 1 AND a.attnum AND NOT b.attisdropped),
    format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated,
    a.attcollation::regcollation, a.attacl)
FROM relations r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
WHERE r.relkind NOT IN ('i', 'S')

UNION ALL
SELECT s.nspname, format('constraint %%s on %%s: %%s, validated %%s, trigger functions %%s', k.conname,
    coalesce(nullif(k.conrelid, 0)::regclass::text, k.contypid::regtype::text), pg_get_constraintdef(k.oid), k.convalidated,
    (SELECT count(*) FROM pg_catalog.pg_trigger t WHERE t.tgconstraint = k.oid))
FROM pg_catalog.pg_constraint k JOIN spaces s ON s.oid = k.connamespace

UNION ALL
SELECT r.nspname, format('index %%s, valid %%s, ready %%s, live %%s, replica identity %%s, clustered %%s',
    pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready, i.indislive, i.indisreplident, i.indisclustered)
FROM relations r JOIN pg_catalog.pg_index i ON i.indexrelid = r.oid

UNION ALL
SELECT s.nspname, format('function %%s, owner %%s, grants %%s', pg_get_functiondef(p.oid), p.proowner::regrole, p.proacl)
FROM pg_catalog.pg_proc p JOIN spaces s ON s.oid = p.pronamespace WHERE p.prokind IN ('f', 'p')

UNION ALL
SELECT r.nspname, format('trigger %%s, enabled %%s', pg_get_triggerdef(t.oid), t.tgenabled)
FROM pg_catalog.pg_trigger t JOIN relations r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal

UNION ALL
SELECT r.nspname, format('policy %%s on %%s for %%s, permissive %%s, to %%s, using %%s, with check %%s', p.polname, r.relname, p.polcmd,
    p.polpermissive, ARRAY(SELECT coalesce(a.rolname, 'public') FROM unnest(p.polroles) AS u(role)
        LEFT JOIN pg_catalog.pg_roles a ON a.oid = u.role ORDER BY 1),
    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
FROM pg_catalog.pg_policy p JOIN relations r ON r.oid = p.polrelid

UNION ALL
SELECT r.nspname, format('sequence %%s: %%s from %%s by %%s, %%s to %%s, cache %%s, cycle %%s', r.relname, q.seqtypid::regtype, q.seqstart,
    q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle)
FROM pg_catalog.pg_sequence q JOIN relations r ON r.oid = q.seqrelid

UNION ALL
SELECT nspname, format('view %%s: %%s', relname, pg_get_viewdef(oid)) FROM relations WHERE relkind IN ('v', 'm')

UNION ALL
SELECT s.nspname, format('type %%s of kind %%s, owner %%s, grants %%s, labels %%s', t.typname, t.typtype, t.typowner::regrole, t.typacl,
    ARRAY(SELECT e.enumlabel FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder))
FROM pg_catalog.pg_type t JOIN spaces s ON s.oid = t.typnamespace WHERE t.typtype IN ('d', 'e', 'r')

UNION ALL
SELECT s.nspname, format('default grants of %%s on %%s: %%s', a.defaclrole::regrole, a.defaclobjtype, a.defaclacl)
FROM pg_catalog.pg_default_acl a JOIN spaces s ON s.oid = a.defaclnamespace

UNION ALL
SELECT s.nspname, format('comment on %%s %%s: %%s', o.type, o.identity, d.description)
FROM pg_catalog.pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) o
JOIN spaces s ON s.nspname = coalesce(o.schema, split_part(o.identity, '.', 1))
WHERE d.objoid >= 16384
