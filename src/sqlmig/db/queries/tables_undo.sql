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
    key      text[];
    wanted   text[];
    size     bigint;
    made     bigint;
    rows     bigint := 0;
    bytes    bigint := 0;
    reason   text;
    name     text;
BEGIN
    -- What the file itself makes holds nothing yet.
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = relation AND c.relkind IN ('r', 'p')) THEN
        RETURN;
    END IF;
    SELECT coalesce(pg_catalog.array_agg(a.attname::text ORDER BY a.attnum), '{{}}') INTO wanted
    FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      AND (whole OR a.attname = ANY (columns));
    IF wanted = '{{}}' AND NOT whole THEN
        RETURN;
    END IF;
    SELECT coalesce(pg_catalog.array_agg(a.attname::text ORDER BY a.attnum), '{{}}') INTO key
    FROM pg_catalog.pg_index AS i
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = relation AND i.indisprimary;
    SELECT pg_catalog.sum(pg_catalog.pg_table_size(t.relid)) INTO size
    FROM (SELECT relation UNION SELECT p.relid FROM pg_catalog.pg_partition_tree(relation) AS p) AS t(relid);

    INSERT INTO {history}.undo AS u
        (run_id, track, target, version, statement, destroys, source_schema, source, reason, key_columns, columns, kept_until)
    VALUES (run_id, track, target, version, statement, destroys, source_schema, source, 'not made yet', key, wanted,
            pg_catalog.clock_timestamp() + keep)
    RETURNING u.undo_id INTO made;
    name := pg_catalog.format('r%s_%s', pg_catalog.left(pg_catalog.replace(run_id::text, '-', ''), 8), made);

    IF size > below THEN
        reason := pg_catalog.format('it has %s, more than undo.below', pg_catalog.pg_size_pretty(size));
    ELSIF key = '{{}}' AND destroys <> 'table' THEN
        reason := 'it has no primary key to put anything back by';
    ELSIF pg_catalog.to_regnamespace(pg_catalog.quote_ident(own)) IS NULL THEN
        reason := pg_catalog.format('there is no schema %s, and the role may not make one', own);
    ELSE
        BEGIN
            -- Nobody may change a row between the copy and the statement.
            EXECUTE pg_catalog.format('LOCK TABLE %s IN %s MODE', relation::pg_catalog.regclass,
                CASE destroys WHEN 'rows' THEN 'SHARE ROW EXCLUSIVE' ELSE 'ACCESS EXCLUSIVE' END);
            -- With row_security off a policy that would hide rows is an error, and no copy is better than half of one.
            EXECUTE pg_catalog.format('CREATE TABLE %I.%I AS SELECT %s FROM %s', own, name,
                (SELECT coalesce(pg_catalog.string_agg(DISTINCT pg_catalog.quote_ident(c), ', '), '')
                 FROM pg_catalog.unnest(key || wanted) AS c), relation::pg_catalog.regclass);
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
END
$undo$;
COMMENT ON FUNCTION {history}.undo_copy IS
    'before a file: copies what one of its statements destroys, if it is small enough and all of it can be read';

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
                relation, {history}.undo_same(one.key_columns));
            GET DIAGNOSTICS gone = ROW_COUNT;
            UPDATE {history}.undo AS u SET rows = u.rows - gone WHERE u.undo_id = one.undo_id;
        END IF;
    END LOOP;
END
$undo$;
COMMENT ON FUNCTION {history}.undo_settle IS 'behind a file: takes out of its copies the rows that are still there';

CREATE OR REPLACE FUNCTION {history}.undo_same(key_columns text[]) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $undo$
    SELECT pg_catalog.string_agg(pg_catalog.format('t.%1$I = c.%1$I', k), ' AND ') FROM pg_catalog.unnest(key_columns) AS k
$undo$;

CREATE OR REPLACE FUNCTION {history}.undo_put_back(track text, target text, version bigint, schema_name text)
RETURNS TABLE (source text, destroys text, put_back bigint, copy text, reason text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET row_security = off AS $undo$
#variable_conflict use_column
DECLARE
    one      record;
    relation text;
    there    text[];
    number   record;
BEGIN
    -- Backwards: what was dropped last is referred to first.
    FOR one IN
        SELECT u.*, pg_catalog.quote_ident({history}.undo_schema()) || '.' || pg_catalog.quote_ident(u.copy) AS stored
        FROM {history}.undo AS u
        WHERE u.track = undo_put_back.track AND u.target = undo_put_back.target AND u.version = undo_put_back.version
          AND u.put_back_at IS NULL
        ORDER BY u.undo_id DESC
    LOOP
        relation := pg_catalog.format('%I.%I', coalesce(one.source_schema, schema_name), one.source);
        source := one.source; destroys := one.destroys; put_back := NULL; copy := one.stored; reason := one.reason;
        SELECT coalesce(pg_catalog.array_agg(a.attname::text ORDER BY a.attnum), '{{}}') INTO there
        FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = pg_catalog.to_regclass(relation) AND NOT a.attisdropped AND a.attgenerated = ''
          AND a.attname = ANY (one.columns);
        IF one.copy IS NOT NULL AND pg_catalog.to_regclass(one.stored) IS NULL THEN
            copy := NULL; reason := 'its time was over';
        ELSIF one.copy IS NOT NULL AND one.destroys = 'type' THEN
            reason := 'values may have changed since then: compare before you put them back';
        ELSIF one.copy IS NOT NULL AND there = '{{}}' THEN
            reason := 'the down file did not make it again';
        ELSIF one.copy IS NOT NULL AND one.destroys = 'column' THEN
            EXECUTE pg_catalog.format('UPDATE %s AS t SET %s FROM %s AS c WHERE %s', relation,
                (SELECT pg_catalog.string_agg(pg_catalog.format('%1$I = c.%1$I', n), ', ') FROM pg_catalog.unnest(there) AS n),
                one.stored, {history}.undo_same(one.key_columns));
            GET DIAGNOSTICS put_back = ROW_COUNT;
        ELSIF one.copy IS NOT NULL THEN
            EXECUTE pg_catalog.format('INSERT INTO %s (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM %3$s ON CONFLICT DO NOTHING',
                relation, (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(n), ', ') FROM pg_catalog.unnest(there) AS n),
                one.stored);
            GET DIAGNOSTICS put_back = ROW_COUNT;
            -- A sequence that was made anew begins at 1.
            FOR number IN
                SELECT n AS name, pg_catalog.pg_get_serial_sequence(relation, n) AS sequence FROM pg_catalog.unnest(there) AS n
                WHERE pg_catalog.pg_get_serial_sequence(relation, n) IS NOT NULL
            LOOP
                EXECUTE pg_catalog.format(
                    'SELECT pg_catalog.setval(%1$L, pg_catalog.max(%2$I)) FROM %3$s'
                    ' HAVING pg_catalog.max(%2$I) >= (SELECT s.last_value FROM %1$s AS s)',
                    number.sequence, number.name, relation);
            END LOOP;
        END IF;
        IF put_back IS NOT NULL THEN
            UPDATE {history}.undo AS u SET put_back_at = pg_catalog.clock_timestamp() WHERE u.undo_id = one.undo_id;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$undo$;
COMMENT ON FUNCTION {history}.undo_put_back IS 'behind a down file: what its up file destroyed, as far as there is a copy';

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
