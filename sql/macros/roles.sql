{#
  Roles belong to the whole server, not to this database: another database may have made them, or use them.

    {% from "roles.sql" import group_role, drop_group_role %}

  group_role        makes the role where it is missing, and marks it as made here
  drop_group_role   drops it only if it carries that mark, has no members, nothing on the server depends on it,
                    and the role that runs sqlmig may
#}
{% macro group_role(name, purpose) -%}
DO $do$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {{ name | literal }}) THEN
        CREATE ROLE {{ name | ident }} NOLOGIN;
        COMMENT ON ROLE {{ name | ident }} IS {{ (purpose ~ '; made by the deal platform') | literal }};
    END IF;
EXCEPTION
    -- Two databases of one server may be set up at the same moment.
    WHEN duplicate_object OR unique_violation THEN
        RAISE NOTICE 'role % is there already', {{ name | literal }};
END
$do$;
{%- endmacro %}

{% macro drop_group_role(name, purpose) -%}
DO $do$
BEGIN
    IF EXISTS (
        SELECT
        FROM pg_roles AS r
        WHERE r.rolname = {{ name | literal }}
            AND shobj_description(r.oid, 'pg_authid') = {{ (purpose ~ '; made by the deal platform') | literal }}
            AND NOT EXISTS (
                SELECT
                FROM pg_auth_members AS m
                JOIN pg_roles AS member ON member.oid = m.member
                WHERE m.roleid = r.oid AND member.rolname <> current_user
            )
    ) THEN
        DROP ROLE {{ name | ident }};
    END IF;
EXCEPTION
    WHEN dependent_objects_still_exist OR insufficient_privilege THEN
        RAISE NOTICE 'role % stays: %', {{ name | literal }}, SQLERRM;
END
$do$;
{%- endmacro %}
