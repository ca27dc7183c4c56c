-- What runs with every step, as functions: a connection plans their queries once, not for every target. Every name in them is
-- qualified, and search_path is fixed: nothing that a file sets or makes reaches them, and the plans stay valid from one target
-- to the next. They run with the rights of whoever calls them. {history} is the schema's quoted name.

CREATE OR REPLACE FUNCTION {history}.open_step(
    shared_key bigint, exclusive boolean, target_key bigint, objects_key bigint, track text, target text, schema_name text,
    OUT obstacle text, OUT pid integer, OUT schema_exists boolean, OUT digest text
) LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $open$
DECLARE
    known text;
BEGIN
    pid := pg_catalog.pg_backend_pid();
    obstacle := 'target';
    IF exclusive THEN
        IF NOT pg_catalog.pg_try_advisory_xact_lock(shared_key) THEN
            RETURN;
        END IF;
    ELSIF NOT pg_catalog.pg_try_advisory_xact_lock_shared(shared_key) THEN
        RETURN;
    END IF;
    IF NOT pg_catalog.pg_try_advisory_xact_lock(target_key) THEN
        RETURN;
    END IF;
    IF objects_key IS NOT NULL AND NOT pg_catalog.pg_try_advisory_xact_lock(objects_key) THEN
        obstacle := 'objects';
        RETURN;
    END IF;
    obstacle := NULL;
    -- A statement of its own has a snapshot of its own: it sees what the run that held the locks has committed.
    SELECT pg_catalog.encode(t.digest, 'hex'), t.schema_name INTO digest, known
    FROM {history}.target AS t WHERE t.track = open_step.track AND t.target = open_step.target;
    schema_exists := pg_catalog.to_regnamespace(pg_catalog.quote_ident(schema_name)) IS NOT NULL
        -- Renamed since this was planned: by now the old name may be another tenant's.
        AND NOT coalesce(known <> schema_name AND pg_catalog.to_regnamespace(pg_catalog.quote_ident(known)) IS NOT NULL, false);
END
$open$;
COMMENT ON FUNCTION {history}.open_step IS
    'tries for a target''s locks and says how the target stands; obstacle: whose lock was not to be had';

CREATE OR REPLACE FUNCTION {history}.open_planned_step(
    shared_key bigint, exclusive boolean, target_key bigint, track text, target text, schema_name text, planned text
) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $planned$
DECLARE
    digest text;
    known  text;
BEGIN
    -- What open_step looks at, in as few statements as can be: this runs once for every step of a fleet.
    IF (CASE WHEN exclusive THEN pg_catalog.pg_try_advisory_xact_lock(shared_key)
             ELSE pg_catalog.pg_try_advisory_xact_lock_shared(shared_key) END)
       AND pg_catalog.pg_try_advisory_xact_lock(target_key) THEN
        SELECT pg_catalog.encode(t.digest, 'hex'), t.schema_name INTO digest, known
        FROM {history}.target AS t WHERE t.track = open_planned_step.track AND t.target = open_planned_step.target;
        IF digest IS NOT DISTINCT FROM planned
           AND pg_catalog.to_regnamespace(pg_catalog.quote_ident(schema_name)) IS NOT NULL
           AND (known IS NULL OR known = schema_name OR pg_catalog.to_regnamespace(pg_catalog.quote_ident(known)) IS NULL) THEN
            RETURN;
        END IF;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'SQLM3', MESSAGE = 'the target does not stand as it was planned';
END
$planned$;
COMMENT ON FUNCTION {history}.open_planned_step IS
    'open_step for a step whose file stands in the same message: refuses (SQLM3) what only the runner can judge';

CREATE OR REPLACE FUNCTION {history}.written_elsewhere(schema_name text) RETURNS text[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $written$
BEGIN
    RETURN (
        SELECT coalesce(pg_catalog.array_agg(DISTINCT l.relation::text || ' ' || l.mode), '{{}}')
        FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
        WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted
          AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'SIReadLock')
          AND c.relnamespace IS DISTINCT FROM pg_catalog.to_regnamespace(pg_catalog.quote_ident(schema_name)));
END
$written$;
COMMENT ON FUNCTION {history}.written_elsewhere IS
    'the writing locks that this transaction holds outside of a schema: what an earlier file took is no fault of the next';

CREATE OR REPLACE FUNCTION {history}.forget_prepared() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $forget$
DECLARE
    prepared text;
BEGIN
    FOR prepared IN SELECT p.name FROM pg_catalog.pg_prepared_statements AS p WHERE p.from_sql LOOP
        EXECUTE 'DEALLOCATE ' || pg_catalog.quote_ident(prepared);
    END LOOP;
END
$forget$;
COMMENT ON FUNCTION {history}.forget_prepared IS
    'puts away what files have prepared; DEALLOCATE ALL would take a pooler''s statements with it';

CREATE OR REPLACE FUNCTION {history}.guard(
    schema_name text, touches text[], held text[], target_key bigint, looks_at_catalog boolean
) RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $guard$
DECLARE
    own       oid := pg_catalog.to_regnamespace(pg_catalog.quote_ident(schema_name));
    me        xid;
    entries   integer;
    locked    boolean;
    elsewhere boolean;
    prepared  boolean;
    outside   text;
BEGIN
    -- The lock table is read once, and no further than this when all is well: it is the dearest part. Whose a relation is,
    -- is asked for each by its key, whatever the planner believes of pg_class.
    SELECT pg_catalog.count(*) FILTER (WHERE NOT l.fastpath),
           target_key IS NULL OR coalesce(pg_catalog.bool_or(((l.classid::bigint << 32) | l.objid::bigint) = target_key)
               FILTER (WHERE l.locktype = 'advisory' AND l.objsubid = 1), false),
           coalesce(pg_catalog.bool_or((
                   SELECT c.relnamespace IS DISTINCT FROM own
                      AND c.relnamespace NOT IN ('pg_catalog'::pg_catalog.regnamespace, 'pg_toast'::pg_catalog.regnamespace)
                   FROM pg_catalog.pg_class AS c WHERE c.oid = l.relation))
               FILTER (WHERE schema_name IS NOT NULL AND l.locktype = 'relation' AND l.granted
                         AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'SIReadLock')
                         AND l.relation::text || ' ' || l.mode <> ALL (held)), false),
           EXISTS (SELECT FROM pg_catalog.pg_prepared_statement() AS p WHERE p.from_sql)
    INTO entries, locked, elsewhere, prepared
    FROM pg_catalog.pg_lock_status() AS l WHERE l.pid = pg_catalog.pg_backend_pid();
    IF locked AND NOT elsewhere AND NOT prepared AND NOT looks_at_catalog THEN
        RETURN entries;
    END IF;
    IF elsewhere THEN
        SELECT pg_catalog.string_agg(DISTINCT n.nspname || '.' || c.relname || ' (' || l.mode || ')', ', ') INTO outside
        FROM pg_catalog.pg_locks AS l
        JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted
          AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'SIReadLock')
          AND c.relnamespace IS DISTINCT FROM own
          AND c.relnamespace <> pg_catalog.pg_my_temp_schema()
          AND n.nspname NOT IN ('pg_catalog', 'pg_toast')
          AND n.nspname NOT LIKE 'pg\_toast\_temp\_%'
          AND l.relation::text || ' ' || l.mode <> ALL (held)
          AND NOT {history}.undo_owns(c.oid)
          AND NOT EXISTS (
              SELECT FROM pg_catalog.unnest(touches) AS t(name)
              WHERE c.oid = pg_catalog.to_regclass(t.name)
                 OR c.oid IN (SELECT i.indexrelid FROM pg_catalog.pg_index AS i WHERE i.indrelid = pg_catalog.to_regclass(t.name)));
    END IF;
    IF NOT locked THEN
        RAISE EXCEPTION USING ERRCODE = 'SQLM1', MESSAGE = 'the file ended the transaction that it ran in';
    END IF;
    IF outside IS NULL AND schema_name IS NOT NULL AND looks_at_catalog THEN
        me := pg_catalog.pg_current_xact_id()::xid;
        SELECT pg_catalog.string_agg(made.what, ', ') INTO outside FROM (
            SELECT 'function ' || n.nspname || '.' || p.proname
            FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
            WHERE p.xmin = me AND p.pronamespace IS DISTINCT FROM own AND p.pronamespace <> pg_catalog.pg_my_temp_schema()
            UNION ALL
            SELECT 'type ' || n.nspname || '.' || t.typname
            FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
            WHERE t.xmin = me AND t.typnamespace IS DISTINCT FROM own AND t.typnamespace <> pg_catalog.pg_my_temp_schema()
              AND n.nspname <> 'pg_toast' AND t.typrelid = 0 AND t.typelem = 0
            UNION ALL
            SELECT 'schema ' || n.nspname
            FROM pg_catalog.pg_namespace AS n
            WHERE n.xmin = me AND n.oid IS DISTINCT FROM own AND n.oid <> pg_catalog.pg_my_temp_schema()
              AND n.nspname NOT LIKE 'pg\_%temp\_%'
        ) AS made(what);
    END IF;
    IF outside IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SQLM2', MESSAGE = outside;
    END IF;
    IF prepared THEN
        PERFORM {history}.forget_prepared();
    END IF;
    RETURN entries;
END
$guard$;
COMMENT ON FUNCTION {history}.guard IS
    'before COMMIT: refuses (SQLM2) what was changed outside of a tenant''s schema; returns the transaction''s lock table entries';

-- Of format 2.
DROP FUNCTION IF EXISTS {history}.record_step(
    uuid, text, text, text, bigint, text, text, integer, bytea, bytea, bytea, bytea, double precision, double precision,
    integer, text, text, text, text, jsonb);
CREATE OR REPLACE FUNCTION {history}.record_step(
    run_id uuid, track text, target text, schema_name text, version bigint, name text, action text, algorithm integer,
    checksum bytea, rendered bytea, down_checksum bytea, digest bytea, duration double precision, behind boolean,
    lock_wait double precision, attempts integer, actor text, host text, tool text, git_commit text, detail jsonb
) RETURNS double precision
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $record$
#variable_conflict use_variable
DECLARE
    took    double precision;
    lowered bigint;
BEGIN
    -- Without a duration the step came in one message with this: it began when that arrived, or behind the step before it.
    took := coalesce(duration, extract(epoch FROM pg_catalog.clock_timestamp() - CASE
        WHEN behind THEN (SELECT l.at FROM {history}.log AS l
                          -- A volatile function keeps a query from an index, a sub-select does not.
                          WHERE l.id = (SELECT pg_catalog.currval('{history}.log_id_seq'::pg_catalog.regclass)))
        ELSE pg_catalog.statement_timestamp() END));
    IF action = 'up' AND version IS NOT NULL THEN
        INSERT INTO {history}.applied AS a
            (track, target, version, name, algorithm, checksum, rendered, down_checksum, run_id)
        VALUES (track, target, version, name, algorithm, checksum, rendered, down_checksum, run_id);
    ELSIF action = 'up' THEN
        INSERT INTO {history}.repeatable AS r (track, target, name, algorithm, checksum, rendered, run_id)
        VALUES (track, target, name, algorithm, checksum, rendered, run_id)
        ON CONFLICT ON CONSTRAINT repeatable_pkey DO UPDATE
        SET algorithm = excluded.algorithm, checksum = excluded.checksum, rendered = excluded.rendered,
            run_id = excluded.run_id, applied_at = pg_catalog.clock_timestamp();
    ELSIF version IS NOT NULL THEN
        DELETE FROM {history}.applied AS a
        WHERE a.track = record_step.track AND a.target = record_step.target AND a.version = record_step.version;
    ELSE
        DELETE FROM {history}.repeatable AS r
        WHERE r.track = record_step.track AND r.target = record_step.target AND r.name = record_step.name;
    END IF;
    IF action <> 'up' THEN
        -- Only what is taken back can lower the highest version.
        SELECT coalesce(pg_catalog.max(a.version), 0) INTO lowered FROM {history}.applied AS a
        WHERE a.track = record_step.track AND a.target = record_step.target;
    END IF;
    UPDATE {history}.target AS t
    SET schema_name = record_step.schema_name, digest = record_step.digest, updated_at = pg_catalog.clock_timestamp(),
        head = coalesce(lowered, greatest(t.head, record_step.version))
    WHERE t.track = record_step.track AND t.target = record_step.target;
    IF NOT FOUND THEN
        INSERT INTO {history}.target (track, target, schema_name, digest, head)
        VALUES (track, target, schema_name, digest, CASE action WHEN 'up' THEN coalesce(version, 0) ELSE 0 END);
    END IF;
    INSERT INTO {history}.log
        (run_id, track, target, schema_name, version, name, action, outcome, duration, lock_wait, attempts,
         actor, host, tool, git_commit, detail)
    VALUES (run_id, track, target, schema_name, version, name, action, 'done', pg_catalog.make_interval(secs => took),
            pg_catalog.make_interval(secs => lock_wait), attempts, actor, host, tool, git_commit, detail);
    RETURN took;
END
$record$;
COMMENT ON FUNCTION {history}.record_step IS
    'a step that was done: what counts as applied, how the target stands, and the log; called in the step''s own transaction; returns its seconds';
