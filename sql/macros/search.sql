{#
  What the full-text search of deals looks at. The index and the function that searches must say exactly the same,
  or the index is not used. Applied migrations import this: another expression is another macro and another index.
#}
{% macro deal_text() -%}
to_tsvector('pg_catalog.english'::regconfig, title || ' ' || coalesce(description, ''))
{%- endmacro %}
