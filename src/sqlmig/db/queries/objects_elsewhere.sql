-- Of objects that another transaction drops or alters, those outside of its schema. Triggers, policies and the like have no
-- schema of their own: their table's lock tells whose they are. pg_identify_object quotes the names that it gives.
SELECT i.type || ' ' || i.identity
FROM ROWS FROM (pg_catalog.unnest(%(classes)s::oid[]), pg_catalog.unnest(%(objects)s::oid[])) AS o(classid, objid)
CROSS JOIN LATERAL pg_catalog.pg_identify_object(o.classid, o.objid, 0) AS i
WHERE (i.schema IS NOT NULL AND i.schema <> pg_catalog.quote_ident(%(schema)s) AND i.schema NOT LIKE 'pg\_%%temp%%')
   OR (i.type = 'schema' AND i.identity <> pg_catalog.quote_ident(%(schema)s) AND i.identity NOT LIKE 'pg\_%%temp%%')
   OR i.type IN ('extension', 'event trigger', 'publication', 'language', 'foreign-data wrapper', 'server')
ORDER BY 1
