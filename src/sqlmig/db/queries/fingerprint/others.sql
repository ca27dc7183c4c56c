-- Rare kinds: that they are there.
SELECT
    m.schema, CASE WHEN {within m.schema} THEN pg_describe_object(m.class, m.object, 0) END, 'is there'
FROM unnest(%(other_schemas)s::oid[], %(other_classes)s::regclass[], %(other_objects)s::oid[]) AS m (schema, class, object)
