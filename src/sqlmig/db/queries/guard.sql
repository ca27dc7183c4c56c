-- Read before COMMIT: does this transaction hold a writing lock outside of its own schema?
-- Settings say what is its own: sqlmig.scope, sqlmig.schema, sqlmig.history, sqlmig.touches, sqlmig.catalog, and sqlmig.held, what
-- the transaction held before the file. A file that ended the transaction and began another has lost them.
DO $sqlmig$
DECLARE
    own      oid := pg_catalog.to_regnamespace(pg_catalog.quote_ident(pg_catalog.current_setting('sqlmig.schema', true)));
    touches  text[] := pg_catalog.string_to_array(pg_catalog.current_setting('sqlmig.touches', true), E'\n');
    held     oid[] := pg_catalog.string_to_array(coalesce(pg_catalog.current_setting('sqlmig.held', true), ''), ',');
    scope    text := pg_catalog.current_setting('sqlmig.scope', true);
    outside  text;
    prepared text;
BEGIN
    IF scope IS NULL OR scope = '' THEN
        RAISE EXCEPTION USING ERRCODE = 'SQLM1',
            MESSAGE = 'the file ended the transaction that it ran in';
    END IF;
    IF scope = 'tenant' THEN
        SELECT pg_catalog.string_agg(DISTINCT n.nspname || '.' || c.relname || ' (' || l.mode || ')', ', ')
        INTO outside
        FROM pg_catalog.pg_locks l
        JOIN pg_catalog.pg_class c ON c.oid = l.relation
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted
          AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
          AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'SIReadLock')
          AND c.relnamespace <> own
          AND c.oid <> ALL (held)
          AND c.relnamespace <> pg_catalog.pg_my_temp_schema()
          AND n.nspname NOT IN ('pg_catalog', 'pg_toast', pg_catalog.current_setting('sqlmig.history'))
          AND n.nspname NOT LIKE 'pg\_toast\_temp\_%'
          AND NOT EXISTS (
              SELECT FROM pg_catalog.unnest(touches) AS t(name)
              WHERE pg_catalog.to_regclass(t.name) = c.oid
                 OR c.oid IN (SELECT i.indexrelid FROM pg_catalog.pg_index i WHERE i.indrelid = pg_catalog.to_regclass(t.name)));
        IF outside IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'SQLM2', MESSAGE = outside;
        END IF;
        IF pg_catalog.current_setting('sqlmig.catalog', true) = 'on' THEN
            SELECT pg_catalog.string_agg(made.what, ', ') INTO outside FROM (
                SELECT 'function ' || n.nspname || '.' || p.proname
                FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
                WHERE p.pronamespace <> own AND p.pronamespace <> pg_catalog.pg_my_temp_schema()
                  AND p.xmin::text = (pg_catalog.txid_current() % 4294967296)::text
                UNION ALL
                SELECT 'type ' || n.nspname || '.' || t.typname
                FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
                WHERE t.typnamespace <> own AND t.typnamespace <> pg_catalog.pg_my_temp_schema()
                  AND n.nspname <> 'pg_toast' AND t.typrelid = 0 AND t.typelem = 0
                  AND t.xmin::text = (pg_catalog.txid_current() % 4294967296)::text
                UNION ALL
                SELECT 'schema ' || n.nspname
                FROM pg_catalog.pg_namespace n
                WHERE n.oid <> own AND n.oid <> pg_catalog.pg_my_temp_schema() AND n.nspname NOT LIKE 'pg\_%temp\_%'
                  AND n.xmin::text = (pg_catalog.txid_current() % 4294967296)::text
            ) AS made(what);
            IF outside IS NOT NULL THEN
                RAISE EXCEPTION USING ERRCODE = 'SQLM2', MESSAGE = outside;
            END IF;
        END IF;
    END IF;
    FOR prepared IN SELECT p.name FROM pg_catalog.pg_prepared_statements p WHERE p.from_sql LOOP
        EXECUTE 'DEALLOCATE ' || pg_catalog.quote_ident(prepared);
    END LOOP;
END
$sqlmig$
