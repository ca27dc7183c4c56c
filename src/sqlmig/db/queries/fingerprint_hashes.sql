SELECT t.schema, n.aspect, encode(
    sha256(convert_to(
        string_agg(
            concat(length(n.object), ':', n.object, length(n.body), ':', n.body), ''
            ORDER BY n.object COLLATE "C", n.body COLLATE "C"
        ), 'UTF8'
    )), 'hex'
)
FROM target AS t
LEFT JOIN neutral AS n ON n.schema = t.schema
GROUP BY t.schema, n.aspect
