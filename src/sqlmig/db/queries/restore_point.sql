-- Names this moment in the WAL, so that recovery can stop here; or says where and when it is, if the role may not. One
-- message. What a server does not let the role do is left out: nothing here may keep a run from beginning.
SELECT pg_catalog.set_config('sqlmig.restore_point', %(name)s, true);
DO $sqlmig$
DECLARE
    point jsonb := pg_catalog.jsonb_build_object('at', pg_catalog.clock_timestamp());
    lsn pg_catalog.pg_lsn;
BEGIN
    BEGIN
        -- Looked up by name when it runs: a query is refused for a function that it would not call.
        PERFORM pg_catalog.pg_create_restore_point(pg_catalog.current_setting('sqlmig.restore_point'));
        point := point || pg_catalog.jsonb_build_object('name', pg_catalog.current_setting('sqlmig.restore_point'));
    EXCEPTION WHEN OTHERS THEN  -- no right to it, wal_level = minimal, a service that has none
        NULL;
    END;
    BEGIN
        lsn := pg_catalog.pg_current_wal_insert_lsn();
        -- A WAL file's name begins with its timeline; pg_control_checkpoint() would give that of the last checkpoint.
        point := point || pg_catalog.jsonb_build_object(
            'lsn', lsn, 'timeline', ('x' || pg_catalog.left(pg_catalog.pg_walfile_name(lsn), 8))::bit(32)::pg_catalog.int4);
    EXCEPTION WHEN OTHERS THEN
        NULL;
    END;
    PERFORM pg_catalog.set_config('sqlmig.restore_point', point::text, true);
END
$sqlmig$;
SELECT pg_catalog.current_setting('sqlmig.restore_point')::pg_catalog.jsonb
