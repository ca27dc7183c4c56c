-- Copies of what destructive statements destroy. {history} is the history's schema, quoted. Format 3.
-- The copies are tables of a schema of their own, <history>_undo, which nobody but its owner may use.
CREATE TABLE IF NOT EXISTS {history}.undo (
    undo_id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id        uuid        NOT NULL,
    track         text        NOT NULL,
    target        text        NOT NULL,
    version       bigint      NOT NULL,
    statement     integer     NOT NULL,
    destroys      text        NOT NULL CHECK (destroys IN ('table', 'rows', 'column', 'type')),
    source_schema text,
    source        text        NOT NULL,
    copy          text,
    reason        text,
    key_columns   text[]      NOT NULL DEFAULT '{{}}',
    columns       text[]      NOT NULL DEFAULT '{{}}',
    rows          bigint      NOT NULL DEFAULT 0,
    bytes         bigint      NOT NULL DEFAULT 0,
    kept_until    timestamptz NOT NULL,
    made_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    put_back_at   timestamptz,
    CHECK ((copy IS NULL) = (reason IS NOT NULL))
);
CREATE INDEX IF NOT EXISTS undo_target_idx ON {history}.undo (track, target, version);
COMMENT ON TABLE {history}.undo IS
    'what a destructive statement destroyed: a copy, dropped after kept_until, or the reason why there is none; source_schema is null for the target''s own schema';

CREATE OR REPLACE FUNCTION {history}.undo_schema() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $undo$
    -- Cut, so that it is another name than the history's when that is as long as names can be.
    SELECT pg_catalog.left((pg_catalog.parse_ident($name${history}$name$))[1], 58) || '_undo'
$undo$;

DO $undo$
DECLARE
    other record;
BEGIN
    EXECUTE pg_catalog.format('CREATE SCHEMA IF NOT EXISTS %I', {history}.undo_schema());
    -- Default privileges may have opened it to somebody.
    FOR other IN
        SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END AS name
        FROM pg_catalog.pg_namespace AS n, pg_catalog.aclexplode(n.nspacl) AS a
        WHERE n.nspname = {history}.undo_schema() AND a.grantee <> n.nspowner
    LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON SCHEMA %I FROM %s', {history}.undo_schema(), other.name);
    END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
    NULL;  -- Whoever may make no schema gets no copies; `undo_copy` says so.
END
$undo$;

CREATE OR REPLACE FUNCTION {history}.undo_copy(
    run_id uuid, track text, target text, version bigint, statement integer, destroys text, schema_name text,
    source_schema text, source text, columns text[], below bigint, keep interval
) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET row_security = off AS $undo$
#variable_conflict use_variable
DECLARE
    relation pg_catalog.oid := pg_catalog.to_regclass(pg_catalog.format('%I.%I', coalesce(source_schema, schema_name), source));
    own      text := {history}.undo_schema();
    whole    boolean := destroys IN ('table', 'rows');
    kind     "char" := (SELECT c.relkind FROM pg_catalog.pg_class AS c WHERE c.oid = relation);
    key      text[];
    wanted   text[];
    size     bigint;
    made     bigint;
    rows     bigint := 0;
    bytes    bigint := 0;
    reason   text;
    name     text;
    other    record;
BEGIN
    -- What the file itself makes holds nothing yet; a table that is reached by a CASCADE may be copied already.
    IF kind IS NULL OR EXISTS (
        SELECT FROM {history}.undo AS u
        WHERE u.run_id = undo_copy.run_id AND u.track = undo_copy.track AND u.target = undo_copy.target
          AND u.version = undo_copy.version AND u.destroys = undo_copy.destroys AND u.source = undo_copy.source
          AND u.made_at >= pg_catalog.transaction_timestamp()
          AND u.source_schema IS NOT DISTINCT FROM undo_copy.source_schema
    ) THEN
        RETURN;
    END IF;
    SELECT coalesce(pg_catalog.array_agg(a.attname::text ORDER BY a.attnum), '{{}}') INTO wanted
    FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      AND (whole OR a.attname = ANY (columns));
    IF wanted = '{{}}' AND NOT whole THEN
        RETURN;
    END IF;
    -- The primary key, or else a unique one; its columns have to stay as they are.
    SELECT i.columns INTO key
    FROM (
        SELECT x.indisprimary, x.indexrelid, pg_catalog.array_agg(a.attname::text ORDER BY a.attnum) AS columns,
            pg_catalog.bool_and(a.attnotnull) AS filled
        FROM pg_catalog.pg_index AS x
        JOIN pg_catalog.pg_attribute AS a
            ON a.attrelid = x.indrelid AND a.attnum = ANY ((x.indkey::int2[])[0:x.indnkeyatts - 1])
        WHERE x.indrelid = relation AND x.indisunique AND x.indisvalid AND x.indpred IS NULL AND x.indexprs IS NULL
        GROUP BY x.indisprimary, x.indexrelid
    ) AS i
    WHERE i.filled AND (whole OR NOT i.columns && undo_copy.columns)
    ORDER BY i.indisprimary DESC, i.indexrelid
    LIMIT 1;
    key := coalesce(key, '{{}}');
    SELECT pg_catalog.sum(pg_catalog.pg_table_size(t.relid)) INTO size
    FROM (SELECT relation UNION SELECT p.relid FROM pg_catalog.pg_partition_tree(relation) AS p) AS t(relid);

    INSERT INTO {history}.undo AS u
        (run_id, track, target, version, statement, destroys, source_schema, source, reason, key_columns, columns, kept_until)
    VALUES (run_id, track, target, version, statement, destroys, source_schema, source, 'not made yet', key, wanted,
            pg_catalog.clock_timestamp() + keep)
    RETURNING u.undo_id INTO made;
    name := pg_catalog.format('r%s_%s', pg_catalog.left(pg_catalog.replace(run_id::text, '-', ''), 8), made);

    IF kind NOT IN ('r', 'p') THEN
        reason := 'it is no table';
    ELSIF kind = 'r' AND EXISTS (SELECT FROM pg_catalog.pg_inherits AS h WHERE h.inhparent = relation) THEN
        reason := 'other tables inherit from it, and its keys do not count for them';
    ELSIF size > below THEN
        reason := pg_catalog.format('it has %s, more than undo.below', pg_catalog.pg_size_pretty(size));
    ELSIF key = '{{}}' AND destroys <> 'table' THEN
        reason := 'it has no key that stays, to put anything back by';
    ELSIF pg_catalog.to_regnamespace(pg_catalog.quote_ident(own)) IS NULL THEN
        reason := pg_catalog.format('there is no schema %s, and the role may not make one', own);
    ELSE
        BEGIN
            -- Nobody may change a row between the copy and the statement.
            EXECUTE pg_catalog.format('LOCK TABLE %s IN %s MODE', relation::pg_catalog.regclass,
                CASE destroys WHEN 'rows' THEN 'SHARE ROW EXCLUSIVE' ELSE 'ACCESS EXCLUSIVE' END);
            -- With row_security off a policy that would hide rows is an error, and no copy is better than half of one.
            EXECUTE pg_catalog.format('CREATE TABLE %I.%I AS SELECT %s FROM %s', own, name,
                {history}.undo_list(relation, key || wanted), relation::pg_catalog.regclass);
            GET DIAGNOSTICS rows = ROW_COUNT;
            EXECUTE pg_catalog.format('REVOKE ALL ON %I.%I FROM PUBLIC', own, name);
            bytes := pg_catalog.pg_table_size(pg_catalog.format('%I.%I', own, name)::pg_catalog.regclass);
        EXCEPTION WHEN insufficient_privilege THEN
            reason := 'the role may not read all of it: ' || SQLERRM;
        END;
    END IF;
    UPDATE {history}.undo AS u
    SET copy = CASE WHEN reason IS NULL THEN name END, reason = reason, rows = rows, bytes = bytes
    WHERE u.undo_id = made;

    -- A row takes those along that refer to it ON DELETE CASCADE.
    FOR other IN
        SELECT DISTINCT n.nspname, t.relname
        FROM pg_catalog.pg_constraint AS f
        JOIN pg_catalog.pg_class AS t ON t.oid = f.conrelid
        JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
        WHERE destroys = 'rows' AND f.confrelid = relation AND f.contype = 'f' AND f.confdeltype = 'c'
          AND f.conparentid = 0 AND f.conrelid <> relation
        ORDER BY n.nspname, t.relname
    LOOP
        PERFORM {history}.undo_copy(run_id, track, target, version, statement, destroys, schema_name,
            nullif(other.nspname::text, schema_name), other.relname::text, '{{}}', below, keep);
    END LOOP;
END
$undo$;
COMMENT ON FUNCTION {history}.undo_copy IS
    'before a file: copies what one of its statements destroys, if it is small enough and all of it can be read';

CREATE OR REPLACE FUNCTION {history}.undo_list(relation pg_catalog.oid, columns text[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $undo$
    -- A copy must not keep a type or a collation of the tenant's from being dropped: their values are copied as text.
    SELECT coalesce(pg_catalog.string_agg(
        CASE WHEN y.typnamespace = 'pg_catalog'::pg_catalog.regnamespace AND l.oid IS NULL
            THEN pg_catalog.quote_ident(a.attname)
            ELSE pg_catalog.format('%1$I::pg_catalog.text COLLATE pg_catalog."default" AS %1$I', a.attname) END,
        ', ' ORDER BY a.attnum), '')
    FROM pg_catalog.pg_attribute AS a
    JOIN pg_catalog.pg_type AS y ON y.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_collation AS l
        ON l.oid = a.attcollation AND l.collnamespace <> 'pg_catalog'::pg_catalog.regnamespace
    WHERE a.attrelid = relation AND a.attname = ANY (columns) AND a.attnum > 0 AND NOT a.attisdropped
$undo$;

CREATE OR REPLACE FUNCTION {history}.undo_value(relation pg_catalog.oid, name text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $undo$
    -- The other way round: of a column of the table, its value in the copy.
    SELECT pg_catalog.format('c.%I', name) || CASE WHEN y.typnamespace = 'pg_catalog'::pg_catalog.regnamespace THEN ''
        ELSE '::' || pg_catalog.format_type(a.atttypid, NULL) END
    FROM pg_catalog.pg_attribute AS a
    JOIN pg_catalog.pg_type AS y ON y.oid = a.atttypid
    WHERE a.attrelid = relation AND a.attname = name AND NOT a.attisdropped
$undo$;

CREATE OR REPLACE FUNCTION {history}.undo_settle(run_id uuid, track text, target text, version bigint, schema_name text)
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET row_security = off AS $undo$
DECLARE
    one      record;
    relation text;
    gone     bigint;
BEGIN
    FOR one IN
        SELECT * FROM {history}.undo AS u
        WHERE u.run_id = undo_settle.run_id AND u.track = undo_settle.track AND u.target = undo_settle.target
          AND u.version = undo_settle.version AND u.destroys = 'rows' AND u.copy IS NOT NULL
    LOOP
        relation := pg_catalog.format('%I.%I', coalesce(one.source_schema, schema_name), one.source);
        IF pg_catalog.to_regclass(relation) IS NOT NULL THEN
            EXECUTE pg_catalog.format('DELETE FROM %I.%I AS c USING %s AS t WHERE %s', {history}.undo_schema(), one.copy,
                relation, {history}.undo_same(pg_catalog.to_regclass(relation), one.key_columns));
            GET DIAGNOSTICS gone = ROW_COUNT;
            UPDATE {history}.undo AS u SET rows = u.rows - gone WHERE u.undo_id = one.undo_id;
        END IF;
    END LOOP;
END
$undo$;
COMMENT ON FUNCTION {history}.undo_settle IS 'behind a file: takes out of its copies the rows that are still there';

CREATE OR REPLACE FUNCTION {history}.undo_same(relation pg_catalog.oid, key_columns text[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $undo$
    -- Without one of the columns no row is the same.
    SELECT coalesce(pg_catalog.string_agg(
        pg_catalog.format('t.%I = ', k) || coalesce({history}.undo_value(relation, k), 'NULL'), ' AND '), 'false')
    FROM pg_catalog.unnest(key_columns) AS k
$undo$;

CREATE OR REPLACE FUNCTION {history}.undo_put_back(track text, target text, version bigint, schema_name text)
RETURNS TABLE (source text, destroys text, put_back bigint, copy text, reason text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET row_security = off AS $undo$
#variable_conflict use_column
DECLARE
    one      record;
    relation text;
    stored   text;
    there    text[];
    todo     bigint[];
    later    bigint[];
    at_last  boolean := false;
    missing  boolean;
BEGIN
    -- Only of the run that applied it last: what an earlier one left in its copies is out of date.
    SELECT coalesce(pg_catalog.array_agg(u.undo_id) FILTER (WHERE u.put_back_at IS NULL AND u.run_id = u.last_run), '{{}}')
    INTO todo
    FROM (
        SELECT a.*, pg_catalog.first_value(a.run_id) OVER (ORDER BY a.undo_id DESC) AS last_run
        FROM {history}.undo AS a
        WHERE a.track = undo_put_back.track AND a.target = undo_put_back.target AND a.version = undo_put_back.version
    ) AS u;
    -- Backwards: what was dropped last is referred to first.
    LOOP
        later := '{{}}';
        FOR one IN SELECT u.* FROM {history}.undo AS u WHERE u.undo_id = ANY (todo) ORDER BY u.undo_id DESC LOOP
            relation := pg_catalog.format('%I.%I', coalesce(one.source_schema, schema_name), one.source);
            stored := pg_catalog.quote_ident({history}.undo_schema()) || '.' || pg_catalog.quote_ident(one.copy);
            source := one.source; destroys := one.destroys; put_back := NULL; copy := stored; reason := one.reason;
            missing := false;
            SELECT coalesce(pg_catalog.array_agg(a.attname::text ORDER BY a.attnum), '{{}}') INTO there
            FROM pg_catalog.pg_attribute AS a
            WHERE a.attrelid = pg_catalog.to_regclass(relation) AND NOT a.attisdropped AND a.attgenerated = ''
              AND a.attname = ANY (one.columns);
            IF one.copy IS NOT NULL AND pg_catalog.to_regclass(stored) IS NULL THEN
                copy := NULL; reason := 'its time was over';
            ELSIF one.copy IS NOT NULL AND one.destroys = 'type' THEN
                reason := 'values may have changed since then: compare before you put them back';
            ELSIF one.copy IS NOT NULL AND there = '{{}}' THEN
                reason := 'the down file did not make it again';
            ELSIF one.copy IS NOT NULL THEN
                BEGIN
                    put_back := {history}.undo_write(relation, stored, one.destroys = 'column', one.key_columns, there);
                    IF put_back < one.rows THEN
                        reason := pg_catalog.format('%s of the %s in the copy are gone or there again',
                            one.rows - put_back, one.rows);
                    END IF;
                    UPDATE {history}.undo AS u SET put_back_at = pg_catalog.clock_timestamp() WHERE u.undo_id = one.undo_id;
                EXCEPTION
                    -- The run tries again.
                    WHEN lock_not_available OR deadlock_detected OR serialization_failure THEN RAISE;
                    WHEN foreign_key_violation THEN put_back := NULL; reason := SQLERRM; missing := true;
                    WHEN OTHERS THEN put_back := NULL; reason := SQLERRM;
                END;
            END IF;
            IF missing AND NOT at_last THEN
                later := later || one.undo_id;  -- What it refers to may be among the others.
            ELSE
                RETURN NEXT;
            END IF;
        END LOOP;
        EXIT WHEN later = '{{}}';
        at_last := pg_catalog.cardinality(later) = pg_catalog.cardinality(todo);
        todo := later;
    END LOOP;
END
$undo$;
COMMENT ON FUNCTION {history}.undo_put_back IS 'behind a down file: what its up file destroyed, as far as there is a copy';

CREATE OR REPLACE FUNCTION {history}.undo_write(
    relation text, stored text, beside boolean, key_columns text[], columns text[]
) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET row_security = off AS $undo$
DECLARE
    same   text := {history}.undo_same(pg_catalog.to_regclass(relation), key_columns);
    off    text[];
    back   text[];
    one    text;
    number record;
    wrote  bigint;
BEGIN
    -- Rows come back as they were: no trigger stamps them, or writes them down once more.
    SELECT pg_catalog.array_agg(pg_catalog.format('ALTER TABLE %s DISABLE TRIGGER %I', relation, g.tgname)),
        pg_catalog.array_agg(pg_catalog.format('ALTER TABLE %s ENABLE %s TRIGGER %I', relation,
            CASE g.tgenabled WHEN 'A' THEN 'ALWAYS' ELSE '' END, g.tgname))
    INTO off, back
    FROM pg_catalog.pg_trigger AS g
    WHERE g.tgrelid = pg_catalog.to_regclass(relation) AND NOT g.tgisinternal AND g.tgenabled IN ('O', 'A');
    FOREACH one IN ARRAY coalesce(off, '{{}}') LOOP
        EXECUTE one;
    END LOOP;
    IF beside THEN
        EXECUTE pg_catalog.format('UPDATE %s AS t SET %s FROM %s AS c WHERE %s', relation,
            (SELECT pg_catalog.string_agg(pg_catalog.format('%I = ', n)
                || {history}.undo_value(pg_catalog.to_regclass(relation), n), ', ') FROM pg_catalog.unnest(columns) AS n),
            stored, same);
    ELSE
        EXECUTE pg_catalog.format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s AS c%s', relation,
            (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(n), ', ') FROM pg_catalog.unnest(columns) AS n),
            (SELECT pg_catalog.string_agg({history}.undo_value(pg_catalog.to_regclass(relation), n), ', ')
             FROM pg_catalog.unnest(columns) AS n),
            stored,
            -- No conflict can be passed over where a constraint may be deferred.
            CASE WHEN EXISTS (
                SELECT FROM pg_catalog.pg_index AS x
                WHERE x.indrelid = pg_catalog.to_regclass(relation) AND NOT x.indimmediate
            ) THEN '' ELSE ' ON CONFLICT DO NOTHING' END);
    END IF;
    GET DIAGNOSTICS wrote = ROW_COUNT;
    IF back IS NOT NULL THEN
        -- No trigger can be switched on while foreign keys are still to be checked.
        SET CONSTRAINTS ALL IMMEDIATE;
        FOREACH one IN ARRAY back LOOP
            EXECUTE one;
        END LOOP;
    END IF;
    -- A sequence that was made anew begins at 1.
    FOR number IN
        SELECT n AS name, pg_catalog.pg_get_serial_sequence(relation, n) AS sequence FROM pg_catalog.unnest(columns) AS n
        WHERE pg_catalog.pg_get_serial_sequence(relation, n) IS NOT NULL
    LOOP
        EXECUTE pg_catalog.format(
            'SELECT pg_catalog.setval(%1$L, pg_catalog.max(%2$I)) FROM %3$s'
            ' HAVING pg_catalog.max(%2$I) >= (SELECT s.last_value FROM %1$s AS s)',
            number.sequence, number.name, relation);
    END LOOP;
    RETURN wrote;
END
$undo$;

CREATE OR REPLACE FUNCTION {history}.undo_purge(at_most integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $undo$
DECLARE
    one   record;
    count integer := 0;
BEGIN
    FOR one IN
        SELECT u.undo_id, u.copy FROM {history}.undo AS u WHERE u.kept_until < pg_catalog.clock_timestamp()
        ORDER BY u.undo_id LIMIT at_most FOR UPDATE SKIP LOCKED
    LOOP
        IF one.copy IS NOT NULL THEN
            EXECUTE pg_catalog.format('DROP TABLE IF EXISTS %I.%I', {history}.undo_schema(), one.copy);
        END IF;
        DELETE FROM {history}.undo AS u WHERE u.undo_id = one.undo_id;
        count := count + 1;
    END LOOP;
    RETURN count;
END
$undo$;

CREATE OR REPLACE FUNCTION {history}.undo_owns(relation pg_catalog.oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $undo$
    SELECT c.relnamespace = pg_catalog.to_regnamespace(pg_catalog.quote_ident({history}.undo_schema()))
        OR c.oid IN ('{history}.undo'::pg_catalog.regclass, '{history}.undo_undo_id_seq'::pg_catalog.regclass)
        OR c.oid IN (SELECT i.indexrelid FROM pg_catalog.pg_index AS i WHERE i.indrelid = '{history}.undo'::pg_catalog.regclass)
    FROM pg_catalog.pg_class AS c WHERE c.oid = relation
$undo$;
COMMENT ON FUNCTION {history}.undo_owns IS 'whether a relation is a copy, or says of copies: for the guard';
