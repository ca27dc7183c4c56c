-- Without CASCADE: while a tenant has an embedding column, this fails and changes nothing.
-- A schema that was there before stays as it is now: others may have come to use it.
DO $do$
BEGIN
    IF obj_description('extensions'::regnamespace, 'pg_namespace') = 'extensions of the deal platform' THEN
        DROP EXTENSION IF EXISTS vector;
        DROP SCHEMA extensions;
    END IF;
END
$do$;
