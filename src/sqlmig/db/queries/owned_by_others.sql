-- What this transaction has made in a schema, and the other schemas that it has made, as far as they belong to another
-- role than the one wanted. An age of 0 is this transaction's own number, below 0 that of a part of it: a block with EXCEPTION.
-- An object's dependency on its schema is written when it is made, and found by an index. Indexes and the types of tables
-- have none: they belong to whom their table does.
WITH made AS (
    SELECT d.classid, d.objid
    FROM pg_catalog.pg_depend d
    WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
      AND d.refobjid = (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = %(schema)s)
      AND pg_catalog.age(d.xmin) <= 0
    UNION ALL
    SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass, n.oid
    FROM pg_catalog.pg_namespace n
    WHERE pg_catalog.age(n.xmin) <= 0 AND n.nspname <> %(schema)s AND n.nspname NOT LIKE 'pg\_%%'
), owned AS (
    SELECT m.classid, m.objid, CASE m.classid
        WHEN 'pg_catalog.pg_class'::pg_catalog.regclass
            THEN (SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = m.objid)
        WHEN 'pg_catalog.pg_proc'::pg_catalog.regclass
            THEN (SELECT p.proowner FROM pg_catalog.pg_proc p WHERE p.oid = m.objid)
        WHEN 'pg_catalog.pg_type'::pg_catalog.regclass
            THEN (SELECT t.typowner FROM pg_catalog.pg_type t WHERE t.oid = m.objid)
        WHEN 'pg_catalog.pg_namespace'::pg_catalog.regclass
            THEN (SELECT n.nspowner FROM pg_catalog.pg_namespace n WHERE n.oid = m.objid)
        WHEN 'pg_catalog.pg_operator'::pg_catalog.regclass
            THEN (SELECT o.oprowner FROM pg_catalog.pg_operator o WHERE o.oid = m.objid)
        WHEN 'pg_catalog.pg_opclass'::pg_catalog.regclass
            THEN (SELECT k.opcowner FROM pg_catalog.pg_opclass k WHERE k.oid = m.objid)
        WHEN 'pg_catalog.pg_opfamily'::pg_catalog.regclass
            THEN (SELECT f.opfowner FROM pg_catalog.pg_opfamily f WHERE f.oid = m.objid)
        WHEN 'pg_catalog.pg_collation'::pg_catalog.regclass
            THEN (SELECT l.collowner FROM pg_catalog.pg_collation l WHERE l.oid = m.objid)
        WHEN 'pg_catalog.pg_conversion'::pg_catalog.regclass
            THEN (SELECT v.conowner FROM pg_catalog.pg_conversion v WHERE v.oid = m.objid)
        WHEN 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass
            THEN (SELECT s.stxowner FROM pg_catalog.pg_statistic_ext s WHERE s.oid = m.objid)
        WHEN 'pg_catalog.pg_ts_config'::pg_catalog.regclass
            THEN (SELECT g.cfgowner FROM pg_catalog.pg_ts_config g WHERE g.oid = m.objid)
        WHEN 'pg_catalog.pg_ts_dict'::pg_catalog.regclass
            THEN (SELECT y.dictowner FROM pg_catalog.pg_ts_dict y WHERE y.oid = m.objid)
        END AS owner
    FROM made m
)
SELECT pg_catalog.pg_describe_object(o.classid, o.objid, 0), pg_catalog.pg_get_userbyid(o.owner)
FROM owned o
WHERE o.owner <> (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = %(role)s)
ORDER BY 1
