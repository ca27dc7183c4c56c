-- Texts that a rename does not change, and that may hold the old name of a schema, which has its new one by now. Real
-- references are kept as numbers and follow by themselves: a catalog that prints an expression prints the new name for those.
WITH own AS (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = %(schema)s)
SELECT found.what, found.body
FROM (
    SELECT 'function ' || pg_catalog.format('%%I.%%I', n.nspname, p.proname),
           pg_catalog.concat_ws(' ', p.prosrc, pg_catalog.array_to_string(p.proconfig, ' '))
    FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
    UNION ALL
    SELECT pg_catalog.format('policy %%I on %%s', pol.polname, pol.polrelid::pg_catalog.regclass),
           pg_catalog.concat_ws(' ', pg_catalog.pg_get_expr(pol.polqual, pol.polrelid),
                                pg_catalog.pg_get_expr(pol.polwithcheck, pol.polrelid))
    FROM pg_catalog.pg_policy AS pol JOIN pg_catalog.pg_class AS c ON c.oid = pol.polrelid
    WHERE c.relnamespace = (SELECT oid FROM own)
    UNION ALL
    SELECT pg_catalog.format('default of %%s.%%I', d.adrelid::pg_catalog.regclass, a.attname),
           pg_catalog.pg_get_expr(d.adbin, d.adrelid)
    FROM pg_catalog.pg_attrdef AS d
    JOIN pg_catalog.pg_class AS c ON c.oid = d.adrelid
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    WHERE c.relnamespace = (SELECT oid FROM own)
    UNION ALL
    SELECT pg_catalog.format('constraint %%I on %%s', con.conname, con.conrelid::pg_catalog.regclass),
           pg_catalog.pg_get_constraintdef(con.oid)
    FROM pg_catalog.pg_constraint AS con
    WHERE con.contype = 'c' AND con.connamespace = (SELECT oid FROM own)
    UNION ALL
    SELECT pg_catalog.format('trigger %%I on %%s', t.tgname, t.tgrelid::pg_catalog.regclass), pg_catalog.pg_get_triggerdef(t.oid)
    FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
    WHERE c.relnamespace = (SELECT oid FROM own) AND NOT t.tgisinternal
    UNION ALL
    SELECT pg_catalog.format('view %%s', c.oid::pg_catalog.regclass), pg_catalog.pg_get_viewdef(c.oid)
    FROM pg_catalog.pg_class AS c
    WHERE c.relnamespace = (SELECT oid FROM own) AND c.relkind IN ('v', 'm')
    UNION ALL
    SELECT 'settings of ' || pg_catalog.concat_ws(' in ', 'role ' || nullif(s.setrole, 0)::pg_catalog.regrole::text,
                                                  'database ' || d.datname),
           pg_catalog.array_to_string(s.setconfig, ' ')
    FROM pg_catalog.pg_db_role_setting AS s LEFT JOIN pg_catalog.pg_database AS d ON d.oid = s.setdatabase
    WHERE s.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
) AS found(what, body)
WHERE EXISTS (SELECT FROM pg_catalog.unnest(%(written)s::text[]) AS w(name) WHERE pg_catalog.strpos(found.body, w.name) > 0)
ORDER BY 1
