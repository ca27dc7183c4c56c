-- check: extension-outdated
-- severity: note
-- title: An extension is of another version than the one that its files bring.
-- reason: The server got new files of the extension, and the database still has the objects of the old ones.
--   Databases of one fleet then differ, and what works in one fails in the other.
SELECT NULL::name AS schema, 'extension ' || e.extname AS object, 'note' AS severity,
    pg_catalog.format('%s is installed, %s is there', e.extversion, a.default_version) AS detail,
    pg_catalog.format('ALTER EXTENSION %I UPDATE;', e.extname) AS fix
FROM pg_catalog.pg_extension AS e
JOIN pg_catalog.pg_available_extensions AS a ON a.name = e.extname
WHERE a.default_version <> e.extversion;
