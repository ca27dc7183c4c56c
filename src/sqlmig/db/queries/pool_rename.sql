-- Gives a schema another name. Objects are known by their oids and follow; a routine's own search_path is a text, and is not.
-- {{schema}} and {{name}} stand for the names, as literals.
DO $rename$
DECLARE
    former text := {schema};
    given  text := {name};
    one    record;
BEGIN
    EXECUTE pg_catalog.format('ALTER SCHEMA %I RENAME TO %I', former, given);
    FOR one IN
        SELECT p.oid::pg_catalog.regprocedure AS routine,
               pg_catalog.substr(c.setting, pg_catalog.length('search_path=') + 1) AS path
        FROM pg_catalog.pg_proc AS p, pg_catalog.unnest(p.proconfig) AS c(setting)
        WHERE p.pronamespace = pg_catalog.quote_ident(given)::pg_catalog.regnamespace
          AND pg_catalog.starts_with(c.setting, 'search_path=') AND pg_catalog.strpos(c.setting, former) > 0
    LOOP
        -- A pooled schema's name needs no quotes, and is a part of no other name.
        EXECUTE pg_catalog.format('ALTER ROUTINE %s SET search_path = %s', one.routine,
                                  pg_catalog.replace(one.path, former, pg_catalog.quote_ident(given)));
    END LOOP;
END
$rename$
