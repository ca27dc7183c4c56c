{#
  What many tables have in common. Applied migrations import this file: add a macro, do not edit one.

    {% from "tables.sql" import timestamps %}
#}
{% macro timestamps() -%}
created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
{%- endmacro %}
