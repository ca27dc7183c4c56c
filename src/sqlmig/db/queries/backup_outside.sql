-- Partitions, inheriting tables and chunks that lie in another schema than the table whose rows they hold.
SELECT parent.relname, pg_catalog.format('%%I.%%I', there.nspname, child.relname)
FROM pg_catalog.pg_inherits link
JOIN pg_catalog.pg_class parent ON parent.oid = link.inhparent
JOIN pg_catalog.pg_namespace here ON here.oid = parent.relnamespace
JOIN pg_catalog.pg_class child ON child.oid = link.inhrelid
JOIN pg_catalog.pg_namespace there ON there.oid = child.relnamespace
WHERE here.nspname = %(schema)s AND there.oid <> here.oid AND child.relkind IN ('r', 'p', 'f')
ORDER BY parent.relname, there.nspname, child.relname
LIMIT 1;
