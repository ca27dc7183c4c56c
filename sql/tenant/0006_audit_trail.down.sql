-- Data loss: the trail goes with its table.
{% for table in ['users', 'participants', 'deals', 'deal_participants'] -%}
DROP TRIGGER record_change ON {{ table | ident }};
{% endfor -%}
DROP FUNCTION record_change();
DROP TABLE audit_log;
DROP FUNCTION refuse_change();
