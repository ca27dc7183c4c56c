-- Extensions live in a schema of their own, in every tenant's search_path. Servers without pgvector do without it.
-- Only a superuser may create pgvector on most servers; where sqlmig runs as less, make both beforehand:
--   CREATE SCHEMA extensions; GRANT USAGE ON SCHEMA extensions TO PUBLIC; CREATE EXTENSION vector SCHEMA extensions;
{% from "sqlmig/pgvector.sql" import vector_extension %}

DO $do$
BEGIN
    IF to_regnamespace('extensions') IS NULL THEN
        CREATE SCHEMA extensions;
        COMMENT ON SCHEMA extensions IS 'extensions of the deal platform';
    END IF;
    IF NOT has_schema_privilege({{ vars.app_role | literal }}, 'extensions', 'USAGE') THEN
        GRANT USAGE ON SCHEMA extensions TO {{ vars.app_role | ident }};
    END IF;
END
$do$;

{{ vector_extension('extensions') }}
