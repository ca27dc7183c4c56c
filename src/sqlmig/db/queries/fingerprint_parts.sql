-- Everything that makes up schemas, one row for each part: the aspect, the object's name, a text that says all of it.
-- Texts are deparsed with the schema in front of the search path: CASE evaluates its condition first, for each row.
-- So names of the schema's own objects come unqualified, and only what is opaque can still name the schema.
WITH target AS MATERIALIZED (
    SELECT
        n.oid, n.nspname::text AS schema, n.nspowner AS owner, n.nspacl AS acl,
        quote_ident(n.nspname) || ', pg_catalog' AS path,
        length(quote_ident(n.nspname)) + 1 AS qualifier,
        regexp_replace(n.nspname, '[''"\\].*', '') AS hint,
        '''' || f.names || '(?=[''.])' AS in_literal,
        -- A table of the schema's name makes every mention of it mean the table, but for one with a dot behind it.
        '(?<![[:alnum:]_$])' || f.names || CASE
            WHEN EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.relname = n.nspname AND c.relnamespace = n.oid)
            THEN '(?=\.["[:alpha:]_])|(?<=SET search_path TO '')' || f.names || '(?='')'
            ELSE '(?![[:alnum:]_$])'
        END AS anywhere
    FROM pg_catalog.pg_namespace AS n
    CROSS JOIN LATERAL (
        SELECT '(?:' || string_agg(DISTINCT regexp_replace(name, '([^[:alnum:]_ ])', '\\\1', 'g'), '|') || ')' AS names
        FROM (VALUES (n.nspname::text), ('"' || replace(n.nspname, '"', '""') || '"')) AS form (written)
        CROSS JOIN LATERAL (VALUES (written), (replace(written, '''', ''''''))) AS inside (name)
    ) AS f
    WHERE n.nspname = ANY (%(schemas)s::text[])
),
-- By pg_depend, which has an index by namespace; pg_class has none, and one schema among thousands has to be found.
member AS MATERIALIZED (
    SELECT DISTINCT t.oid AS namespace, d.classid, d.objid
    FROM target AS t
    JOIN pg_catalog.pg_depend AS d ON d.refclassid = 'pg_catalog.pg_namespace'::regclass AND d.refobjid = t.oid
    WHERE d.deptype = 'n'
        AND NOT EXISTS (
            SELECT
            FROM pg_catalog.pg_depend AS e
            WHERE e.classid = d.classid AND e.objid = d.objid AND e.deptype = 'e'
                AND e.refclassid = 'pg_catalog.pg_extension'::regclass
        )
),
relation AS MATERIALIZED (
    SELECT
        t.oid AS namespace, t.path, c.oid, c.relname::text AS name, c.relkind AS kind, c.relowner AS owner, c.relacl AS acl,
        CASE c.relkind
            WHEN 'r' THEN 'table ' WHEN 'p' THEN 'table ' WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view '
            WHEN 'S' THEN 'sequence ' WHEN 'f' THEN 'foreign table ' ELSE 'relation '
        END || c.relname AS label
    FROM target AS t
    JOIN member AS m ON m.namespace = t.oid
    JOIN pg_catalog.pg_class AS c ON c.oid = m.objid AND c.relnamespace = t.oid
    WHERE m.classid = 'pg_catalog.pg_class'::regclass AND c.relkind <> 'c'
),
index AS MATERIALIZED (
    SELECT r.namespace, r.path, i.indexrelid AS oid, c.relname::text AS name
    FROM relation AS r
    JOIN pg_catalog.pg_index AS i ON i.indrelid = r.oid
    JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
),
type AS MATERIALIZED (
    SELECT
        t.oid AS namespace, t.path, y.oid, y.typname::text AS name, y.typtype AS kind, y.typowner AS owner, y.typacl AS acl,
        y.typrelid AS row, CASE y.typtype WHEN 'd' THEN 'domain ' ELSE 'type ' END || y.typname AS label
    FROM target AS t
    JOIN member AS m ON m.namespace = t.oid
    JOIN pg_catalog.pg_type AS y ON y.oid = m.objid AND y.typnamespace = t.oid
    WHERE m.classid = 'pg_catalog.pg_type'::regclass
),
routine AS MATERIALIZED (
    SELECT
        t.oid AS namespace, t.path, t.qualifier, p.oid, p.prokind AS kind, p.prosqlbody IS NULL AS opaque, p.proowner AS owner, p.proacl AS acl,
        CASE p.prokind WHEN 'a' THEN 'aggregate ' WHEN 'p' THEN 'procedure ' ELSE 'function ' END || p.proname || '('
        || CASE
            WHEN set_config('search_path', t.path, true) IS NOT NULL
            THEN pg_get_function_identity_arguments(p.oid)
        END || ')' AS label
    FROM target AS t
    JOIN member AS m ON m.namespace = t.oid
    JOIN pg_catalog.pg_proc AS p ON p.oid = m.objid AND p.pronamespace = t.oid
    WHERE m.classid = 'pg_catalog.pg_proc'::regclass
),
bound AS MATERIALIZED (
    SELECT r.namespace, r.path, c.oid, c.convalidated AS valid, 'constraint ' || r.name || '.' || c.conname AS label
    FROM relation AS r
    JOIN pg_catalog.pg_constraint AS c ON c.conrelid = r.oid
    WHERE c.contype <> 't'
    UNION ALL
    SELECT y.namespace, y.path, c.oid, c.convalidated, 'constraint ' || y.name || '.' || c.conname
    FROM type AS y
    JOIN pg_catalog.pg_constraint AS c ON c.contypid = y.oid
),
trigger AS MATERIALIZED (
    SELECT r.namespace, r.path, g.oid, g.tgenabled AS enabled, 'trigger ' || r.name || '.' || g.tgname AS label
    FROM relation AS r
    JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = r.oid
    WHERE NOT g.tgisinternal
),
policy AS MATERIALIZED (
    SELECT r.namespace, r.path, r.oid AS relation, p.*, 'policy ' || r.name || '.' || p.polname AS label
    FROM relation AS r
    JOIN pg_catalog.pg_policy AS p ON p.polrelid = r.oid
),
rule AS MATERIALIZED (
    SELECT r.namespace, r.path, w.oid, w.ev_enabled AS enabled, 'rule ' || r.name || '.' || w.rulename AS label
    FROM relation AS r
    JOIN pg_catalog.pg_rewrite AS w ON w.ev_class = r.oid
    WHERE w.rulename <> '_RETURN'
),
statistics AS MATERIALIZED (
    SELECT t.oid AS namespace, t.path, x.oid, x.stxrelid AS relation, x.stxowner AS owner, x.stxkind::text AS kinds,
        'statistics ' || x.stxname AS label
    FROM target AS t
    JOIN member AS m ON m.namespace = t.oid
    JOIN pg_catalog.pg_statistic_ext AS x ON x.oid = m.objid AND x.stxnamespace = t.oid
    WHERE m.classid = 'pg_catalog.pg_statistic_ext'::regclass
),
-- The owners and the rights of what has them.
owned AS (
    SELECT oid AS namespace, owner, coalesce(acl, acldefault('n', owner)) AS acl, 'schema' AS label FROM target
    UNION ALL
    SELECT namespace, owner, coalesce(acl, acldefault(CASE kind WHEN 'S' THEN 's' ELSE 'r' END::"char", owner)), label
    FROM relation
    UNION ALL
    SELECT namespace, owner, coalesce(acl, acldefault('T', owner)), label FROM type
    UNION ALL
    SELECT namespace, owner, coalesce(acl, acldefault('f', owner)), label FROM routine
    UNION ALL
    SELECT r.namespace, r.owner, a.attacl, 'column ' || r.name || '.' || a.attname
    FROM relation AS r
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL
    SELECT d.defaclnamespace, d.defaclrole, d.defaclacl,
        'default privileges of ' || CASE d.defaclrole WHEN t.owner THEN 'owner' ELSE pg_get_userbyid(d.defaclrole) END
        || ' on ' || CASE d.defaclobjtype
            WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types'
            ELSE d.defaclobjtype::text
        END
    FROM target AS t
    JOIN pg_catalog.pg_default_acl AS d ON d.defaclnamespace = t.oid
    UNION ALL
    SELECT namespace, owner, NULL, label FROM statistics
),
-- What can carry a comment.
commented AS (
    SELECT oid AS namespace, 'pg_catalog.pg_namespace'::regclass AS class, oid, 'schema' AS label FROM target
    UNION ALL
    SELECT namespace, 'pg_catalog.pg_class'::regclass, oid, label FROM relation
    UNION ALL
    SELECT namespace, 'pg_catalog.pg_class'::regclass, oid, 'index ' || name FROM index
    UNION ALL
    SELECT namespace, 'pg_catalog.pg_type'::regclass, oid, label FROM type
    UNION ALL
    SELECT y.namespace, 'pg_catalog.pg_class'::regclass, y.row, y.label FROM type AS y WHERE y.row <> 0
    UNION ALL
    SELECT namespace, 'pg_catalog.pg_proc'::regclass, oid, label FROM routine
    UNION ALL
    SELECT namespace, 'pg_catalog.pg_constraint'::regclass, oid, label FROM bound
    UNION ALL
    SELECT namespace, 'pg_catalog.pg_trigger'::regclass, oid, label FROM trigger
    UNION ALL
    SELECT namespace, 'pg_catalog.pg_policy'::regclass, oid, label FROM policy
    UNION ALL
    SELECT namespace, 'pg_catalog.pg_rewrite'::regclass, oid, label FROM rule
    UNION ALL
    SELECT namespace, 'pg_catalog.pg_statistic_ext'::regclass, oid, label FROM statistics
),
part (namespace, aspect, object, opaque, body) AS (
    SELECT
        r.namespace, 'columns', r.label, false,
        concat_ws(
            ' ', c.relkind::text, c.relpersistence::text, (SELECT m.amname FROM pg_catalog.pg_am AS m WHERE m.oid = c.relam),
            'options ' || (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(c.reloptions) AS o),
            'toast options ' || (
                SELECT string_agg(o, ', ' ORDER BY o)
                FROM pg_catalog.pg_class AS h, unnest(h.reloptions) AS o
                WHERE h.oid = c.reltoastrelid
            ),
            'replica identity ' || c.relreplident::text
            || coalesce(' ' || CASE c.relreplident WHEN 'i' THEN (
                SELECT h.relname
                FROM pg_catalog.pg_index AS i
                JOIN pg_catalog.pg_class AS h ON h.oid = i.indexrelid
                WHERE i.indrelid = c.oid AND i.indisreplident
            ) END, ''),
            'tablespace ' || (SELECT s.spcname FROM pg_catalog.pg_tablespace AS s WHERE s.oid = c.reltablespace),
            CASE WHEN c.relkind = 'p' AND set_config('search_path', r.path, true) IS NOT NULL
                THEN 'partition by ' || pg_get_partkeydef(c.oid)
            END,
            CASE WHEN c.relispartition AND set_config('search_path', r.path, true) IS NOT NULL
                THEN pg_get_expr(c.relpartbound, c.oid)
            END,
            CASE WHEN c.reloftype <> 0 AND set_config('search_path', r.path, true) IS NOT NULL
                THEN 'of ' || format_type(c.reloftype, NULL)
            END,
            CASE WHEN set_config('search_path', r.path, true) IS NOT NULL THEN 'inherits ' || (
                SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno)
                FROM pg_catalog.pg_inherits AS i
                WHERE i.inhrelid = c.oid
            ) END,
            (
                SELECT 'server ' || s.srvname || coalesce(' ' || array_to_string(f.ftoptions, ', '), '')
                FROM pg_catalog.pg_foreign_table AS f
                JOIN pg_catalog.pg_foreign_server AS s ON s.oid = f.ftserver
                WHERE f.ftrelid = c.oid
            )
        )
    FROM relation AS r
    JOIN pg_catalog.pg_class AS c ON c.oid = r.oid
    WHERE r.kind <> 'S'
    UNION ALL
    SELECT
        r.namespace, 'columns', 'column ' || r.name || '.' || a.attname, false,
        concat_ws(
            ' ',
            CASE
                WHEN y.typnamespace = 'pg_catalog'::regnamespace THEN format_type(a.atttypid, a.atttypmod)
                WHEN set_config('search_path', r.path, true) IS NOT NULL THEN format_type(a.atttypid, a.atttypmod)
            END,
            CASE WHEN a.attnotnull THEN 'not null' END,
            CASE a.attgenerated WHEN 's' THEN 'generated stored' WHEN 'v' THEN 'generated virtual' END,
            CASE
                WHEN a.attcollation NOT IN (0, y.typcollation) AND set_config('search_path', r.path, true) IS NOT NULL
                THEN 'collate ' || a.attcollation::regcollation::text
            END,
            CASE WHEN a.attstorage <> y.typstorage THEN 'storage ' || a.attstorage::text END,
            CASE WHEN a.attcompression <> '' THEN 'compression ' || a.attcompression::text END,
            -- Without a target of its own a column has -1 up to 16, and nothing from 17 on.
            'statistics ' || nullif(a.attstattarget, -1),
            'options ' || array_to_string(a.attoptions, ', '),
            CASE WHEN NOT a.attislocal THEN 'inherited' END
        )
    FROM relation AS r
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid
    JOIN pg_catalog.pg_type AS y ON y.oid = a.atttypid
    WHERE r.kind <> 'S' AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT r.namespace, 'column_order', r.label, false, string_agg(a.attname, ', ' ORDER BY a.attnum)
    FROM relation AS r
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid
    WHERE r.kind <> 'S' AND a.attnum > 0 AND NOT a.attisdropped
    GROUP BY r.namespace, r.label
    UNION ALL
    SELECT
        r.namespace, 'defaults', 'column ' || r.name || '.' || a.attname, false,
        CASE WHEN set_config('search_path', r.path, true) IS NOT NULL THEN pg_get_expr(d.adbin, d.adrelid) END
    FROM relation AS r
    JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = r.oid
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    UNION ALL
    SELECT
        b.namespace, 'constraints', b.label, false,
        CASE WHEN set_config('search_path', b.path, true) IS NOT NULL THEN pg_get_constraintdef(b.oid, true) END
        || CASE WHEN b.valid THEN '' ELSE ' (not valid)' END
    FROM bound AS b
    UNION ALL
    SELECT
        x.namespace, 'indexes', 'index ' || x.name, false,
        concat_ws(
            ' ',
            CASE WHEN set_config('search_path', x.path, true) IS NOT NULL THEN pg_get_indexdef(x.oid, 0, true) END,
            CASE WHEN NOT i.indisvalid THEN 'invalid' END,
            CASE WHEN NOT i.indisready THEN 'not ready' END,
            CASE WHEN i.indisclustered THEN 'clustered' END
        )
    FROM index AS x
    JOIN pg_catalog.pg_index AS i ON i.indexrelid = x.oid
    UNION ALL
    SELECT
        s.namespace, 'indexes', s.label, false,
        CASE WHEN set_config('search_path', s.path, true) IS NOT NULL
            THEN s.kinds || ' ' || pg_get_statisticsobjdef_columns(s.oid) || ' ' || s.relation::regclass::text
        END
    FROM statistics AS s
    UNION ALL
    SELECT
        r.namespace, 'sequences', r.label, false,
        concat_ws(
            ' ', format_type(s.seqtypid, NULL), 'start', s.seqstart, 'by', s.seqincrement, 'from', s.seqmin,
            'to', s.seqmax, 'cache', s.seqcache, CASE WHEN s.seqcycle THEN 'cycle' END,
            (
                SELECT 'of ' || c.relname || '.' || a.attname
                    || CASE a.attidentity WHEN 'a' THEN ' always' WHEN 'd' THEN ' by default' ELSE '' END
                FROM pg_catalog.pg_depend AS d
                JOIN pg_catalog.pg_class AS c ON c.oid = d.refobjid
                JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = r.oid AND d.deptype IN ('a', 'i')
                    AND d.refclassid = 'pg_catalog.pg_class'::regclass
            )
        )
    FROM relation AS r
    JOIN pg_catalog.pg_sequence AS s ON s.seqrelid = r.oid
    UNION ALL
    SELECT
        y.namespace, 'types', y.label, false,
        CASE WHEN set_config('search_path', y.path, true) IS NOT NULL THEN CASE y.kind
            WHEN 'e' THEN (
                SELECT 'enum ' || coalesce(string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder), '')
                FROM pg_catalog.pg_enum AS e
                WHERE e.enumtypid = y.oid
            )
            WHEN 'd' THEN concat_ws(
                ' ', 'domain', format_type(p.typbasetype, p.typtypmod), CASE WHEN p.typnotnull THEN 'not null' END,
                CASE WHEN p.typcollation <> b.typcollation THEN 'collate ' || p.typcollation::regcollation::text END,
                'default ' || pg_get_expr(p.typdefaultbin, 0)
            )
            WHEN 'c' THEN (
                SELECT 'composite ' || coalesce(string_agg(
                    quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum
                ), '')
                FROM pg_catalog.pg_attribute AS a
                WHERE a.attrelid = y.row AND a.attnum > 0 AND NOT a.attisdropped
            )
            WHEN 'r' THEN (
                SELECT concat_ws(
                    ' ', 'range', format_type(g.rngsubtype, NULL), g.rngmultitypid::regtype,
                    nullif(g.rngcanonical, 0), nullif(g.rngsubdiff, 0)
                )
                FROM pg_catalog.pg_range AS g
                WHERE g.rngtypid = y.oid
            )
            ELSE 'kind ' || y.kind::text
        END END
    FROM type AS y
    JOIN pg_catalog.pg_type AS p ON p.oid = y.oid
    LEFT JOIN pg_catalog.pg_type AS b ON b.oid = p.typbasetype
    UNION ALL
    SELECT
        r.namespace, 'functions', r.label, r.opaque,
        CASE WHEN set_config('search_path', r.path, true) IS NOT NULL THEN
            CASE r.kind
                WHEN 'a' THEN (
                    SELECT concat_ws(
                        ' ', pg_get_function_result(r.oid), g.aggkind, g.aggnumdirectargs, g.aggtransfn, g.aggfinalfn,
                        g.aggcombinefn, g.aggserialfn, g.aggdeserialfn, g.aggmtransfn, g.aggminvtransfn, g.aggmfinalfn,
                        g.aggfinalextra, g.aggmfinalextra, g.aggfinalmodify, g.aggmfinalmodify,
                        nullif(g.aggsortop, 0)::regoperator, format_type(g.aggtranstype, NULL), g.aggtransspace,
                        format_type(nullif(g.aggmtranstype, 0), NULL), g.aggmtransspace, quote_nullable(g.agginitval),
                        quote_nullable(g.aggminitval)
                    )
                    FROM pg_catalog.pg_aggregate AS g
                    WHERE g.aggfnoid = r.oid
                )
                -- CREATE OR REPLACE FUNCTION is followed by the schema, whatever the search path is.
                WHEN 'p' THEN 'PROCEDURE ' || substr(pg_get_functiondef(r.oid), 29 + r.qualifier)
                ELSE 'FUNCTION ' || substr(pg_get_functiondef(r.oid), 28 + r.qualifier)
            END
        END
    FROM routine AS r
    UNION ALL
    SELECT
        g.namespace, 'triggers', g.label, false,
        CASE WHEN set_config('search_path', g.path, true) IS NOT NULL THEN pg_get_triggerdef(g.oid, true) END
        || CASE g.enabled WHEN 'O' THEN '' ELSE ' enabled ' || g.enabled::text END
    FROM trigger AS g
    UNION ALL
    SELECT
        r.namespace, 'triggers', r.label, false,
        CASE WHEN set_config('search_path', r.path, true) IS NOT NULL THEN pg_get_ruledef(r.oid, true) END
        || CASE r.enabled WHEN 'O' THEN '' ELSE ' enabled ' || r.enabled::text END
    FROM rule AS r
    UNION ALL
    SELECT
        r.namespace, 'views', r.label, false,
        CASE WHEN set_config('search_path', r.path, true) IS NOT NULL THEN pg_get_viewdef(r.oid, true) END
    FROM relation AS r
    WHERE r.kind IN ('v', 'm')
    UNION ALL
    SELECT
        p.namespace, 'policies', p.label, false,
        concat_ws(
            ' ', CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END, 'for', p.polcmd, 'to', (
                SELECT string_agg(coalesce(a.rolname, 'PUBLIC'), ', ' ORDER BY a.rolname)
                FROM unnest(p.polroles) AS o (oid)
                LEFT JOIN pg_catalog.pg_roles AS a ON a.oid = o.oid
            ),
            CASE WHEN set_config('search_path', p.path, true) IS NOT NULL THEN concat_ws(
                ' ', 'using (' || pg_get_expr(p.polqual, p.relation) || ')',
                'with check (' || pg_get_expr(p.polwithcheck, p.relation) || ')'
            ) END
        )
    FROM policy AS p
    UNION ALL
    SELECT
        r.namespace, 'policies', r.label, false,
        CASE WHEN c.relrowsecurity THEN 'row level security' ELSE 'no row level security' END
        || CASE WHEN c.relforcerowsecurity THEN ', forced' ELSE ', not forced' END
    FROM relation AS r
    JOIN pg_catalog.pg_class AS c ON c.oid = r.oid
    WHERE r.kind IN ('r', 'p')
    UNION ALL
    SELECT namespace, 'owners', label, false, pg_get_userbyid(owner)::text
    FROM owned
    WHERE label NOT LIKE 'column %%' AND label NOT LIKE 'default privileges %%'
    UNION ALL
    -- The owner is `owner` here: a schema that belongs to somebody else has other owners, and the same grants.
    SELECT
        o.namespace, 'grants', o.label, false,
        coalesce(string_agg(concat(
            CASE a.grantee WHEN 0 THEN 'PUBLIC' WHEN o.owner THEN 'owner' ELSE pg_get_userbyid(a.grantee) END,
            ' ', a.privilege_type, CASE WHEN a.is_grantable THEN ' with grant option' END,
            CASE WHEN a.grantor <> o.owner THEN ' by ' || pg_get_userbyid(a.grantor) END
        ), ', ' ORDER BY a.grantee <> o.owner, a.grantee = 0, pg_get_userbyid(a.grantee) COLLATE "C",
            a.privilege_type COLLATE "C", pg_get_userbyid(a.grantor) COLLATE "C"), 'none')
    FROM owned AS o
    LEFT JOIN LATERAL aclexplode(o.acl) AS a ON true
    WHERE o.acl IS NOT NULL
    GROUP BY o.namespace, o.label
    UNION ALL
    SELECT
        c.namespace, 'comments',
        CASE d.objsubid WHEN 0 THEN c.label ELSE 'column ' || substr(c.label, strpos(c.label, ' ') + 1) || '.' || (
            SELECT a.attname FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = d.objoid AND a.attnum = d.objsubid
        ) END,
        true, d.description
    FROM commented AS c
    JOIN pg_catalog.pg_description AS d ON d.objoid = c.oid AND d.classoid = c.class
    UNION ALL
    SELECT
        m.namespace, 'others',
        CASE WHEN set_config('search_path', t.path, true) IS NOT NULL
            THEN pg_describe_object(m.classid, m.objid, 0)
        END, false, 'is there'
    FROM member AS m
    JOIN target AS t ON t.oid = m.namespace
    WHERE m.classid IN (
        'pg_catalog.pg_operator'::regclass, 'pg_catalog.pg_opclass'::regclass, 'pg_catalog.pg_opfamily'::regclass,
        'pg_catalog.pg_collation'::regclass, 'pg_catalog.pg_conversion'::regclass, 'pg_catalog.pg_extension'::regclass,
        'pg_catalog.pg_ts_config'::regclass, 'pg_catalog.pg_ts_dict'::regclass, 'pg_catalog.pg_ts_parser'::regclass,
        'pg_catalog.pg_ts_template'::regclass
    )
),
neutral AS (
    SELECT
        t.schema, p.aspect, p.object,
        CASE
            WHEN strpos(p.body, t.hint) = 0 THEN p.body
            WHEN p.opaque THEN regexp_replace(p.body, t.anywhere, '{schema}', 'g')
            ELSE regexp_replace(p.body, t.in_literal, '''{schema}', 'g')
        END AS body
    FROM part AS p
    JOIN target AS t ON t.oid = p.namespace
)
