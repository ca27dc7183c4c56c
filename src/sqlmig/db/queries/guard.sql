-- The guard for statements outside of a transaction: settings of the session say what is the target's own.
DO $sqlmig$
BEGIN
    EXECUTE pg_catalog.format('SELECT %I.guard($1, $2, $3, NULL, $4)', pg_catalog.current_setting('sqlmig.history'))
    USING CASE pg_catalog.current_setting('sqlmig.scope') WHEN 'tenant' THEN pg_catalog.current_setting('sqlmig.schema') END,
          pg_catalog.string_to_array(pg_catalog.current_setting('sqlmig.touches'), E'\n'), '{}'::text[],
          pg_catalog.current_setting('sqlmig.catalog') = 'on';
END
$sqlmig$
