-- The routines of a schema that bring a search_path along, which is kept as a text.
SELECT pg_catalog.format('%%I.%%I(%%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)),
       pg_catalog.substr(setting, pg_catalog.length('search_path=') + 1)
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace, LATERAL pg_catalog.unnest(p.proconfig) AS setting
WHERE n.nspname = %(schema)s AND setting LIKE 'search\_path=%%' AND pg_catalog.strpos(setting, pg_catalog.replace(%(name)s, '"', '""')) > 0
ORDER BY 1
