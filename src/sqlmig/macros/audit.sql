{#
  An audit trail: who changed which row, from what to what; and tables that can only grow.

    {% from "sqlmig/audit.sql" import audit_table, audit_function, audit_trigger %}

  audit_table           the table that the changes go to, with an index by row; give it row level security too
  audit_function        the trigger function: SECURITY DEFINER, so that roles need no right to write to the trail
  audit_trigger         attaches it to a table; `omit` names columns that never reach the trail: secrets, long texts
  append_only_function  a trigger function that refuses
  append_only_trigger   attaches it: no UPDATE, DELETE or TRUNCATE, whoever tries

  The audited table needs the column that `column` names, and a column `id`. Who changed the row is what the session
  says in `actor_setting`; the role that logged in stands beside it. An UPDATE stores only the columns that changed.
#}
{% macro audit_table(table='audit_log', column='tenant_id', type='uuid') -%}
CREATE TABLE {{ table | ident }} (
    {{ column | ident }} {{ type }} NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    occurred_at timestamptz NOT NULL DEFAULT now(),
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    table_name text NOT NULL,
    row_id text NOT NULL,
    operation text NOT NULL,
    old_row jsonb,
    new_row jsonb,
    actor text,
    database_role text NOT NULL DEFAULT session_user,
    CONSTRAINT {{ (table ~ '_pkey') | ident }} PRIMARY KEY ({{ column | ident }}, id),
    CONSTRAINT {{ (table ~ '_operation_check') | ident }} CHECK (operation IN ('INSERT', 'UPDATE', 'DELETE'))
);
CREATE INDEX {{ (table ~ '_row_idx') | ident }} ON {{ table | ident }} ({{ column | ident }}, table_name, row_id, id);
{%- endmacro %}

{% macro audit_function(schema, table='audit_log', name='record_change', column='tenant_id', type='uuid',
                        actor_setting='app.current_user_id') -%}
CREATE FUNCTION {{ name | ident }}() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = {{ schema | ident }}, pg_temp
AS $function$
DECLARE
    omitted text[] := coalesce(TG_ARGV, '{}');
    old_row jsonb := '{}';
    new_row jsonb := '{}';
    whole_row jsonb;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        old_row := to_jsonb(OLD) - omitted;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        new_row := to_jsonb(NEW) - omitted;
    END IF;
    whole_row := old_row || new_row;
    IF TG_OP = 'UPDATE' THEN
        SELECT coalesce(jsonb_object_agg(o.key, o.value), '{}'), coalesce(jsonb_object_agg(o.key, n.value), '{}')
        INTO old_row, new_row
        FROM jsonb_each(old_row) AS o
        JOIN jsonb_each(new_row) AS n ON n.key = o.key AND n.value <> o.value;
    END IF;
    INSERT INTO {{ table | ident }} ({{ column | ident }}, table_name, row_id, operation, old_row, new_row, actor)
    VALUES (
        (whole_row ->> {{ column | literal }})::{{ type }},
        TG_TABLE_NAME,
        whole_row ->> 'id',
        TG_OP,
        CASE WHEN TG_OP <> 'INSERT' THEN old_row END,
        CASE WHEN TG_OP <> 'DELETE' THEN new_row END,
        nullif(current_setting({{ actor_setting | literal }}, true), '')
    );
    RETURN NULL;
END
$function$;
REVOKE ALL ON FUNCTION {{ name | ident }}() FROM PUBLIC;
{%- endmacro %}

{% macro audit_trigger(table, function='record_change', omit=[], name='record_change') -%}
CREATE TRIGGER {{ name | ident }}
    AFTER INSERT OR UPDATE OR DELETE ON {{ table | ident }}
    FOR EACH ROW EXECUTE FUNCTION {{ function | ident }}({{ omit | map('literal') | join(', ') }});
{%- endmacro %}

{% macro append_only_function(name='refuse_change') -%}
CREATE FUNCTION {{ name | ident }}() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = ''
AS $function$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$function$;
{%- endmacro %}

{% macro append_only_trigger(table, function='refuse_change', name='append_only') -%}
CREATE TRIGGER {{ name | ident }}
    BEFORE UPDATE OR DELETE OR TRUNCATE ON {{ table | ident }}
    FOR EACH STATEMENT EXECUTE FUNCTION {{ function | ident }}();
{%- endmacro %}
