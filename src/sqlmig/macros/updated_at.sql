{#
  A column that says when its row last changed, kept by a trigger and not by the application.

    {% from "sqlmig/updated_at.sql" import updated_at_function, updated_at_trigger %}

  updated_at_function   the trigger function: once per schema
  updated_at_trigger    attaches it: once per table; dropped with the table
#}
{% macro updated_at_function(name='set_updated_at', column='updated_at') -%}
CREATE FUNCTION {{ name | ident }}() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = ''
AS $function$
BEGIN
    NEW.{{ column | ident }} := now();
    RETURN NEW;
END
$function$;
{%- endmacro %}

{% macro updated_at_trigger(table, function='set_updated_at', name='set_updated_at') -%}
CREATE TRIGGER {{ name | ident }}
    BEFORE UPDATE ON {{ table | ident }}
    FOR EACH ROW EXECUTE FUNCTION {{ function | ident }}();
{%- endmacro %}
