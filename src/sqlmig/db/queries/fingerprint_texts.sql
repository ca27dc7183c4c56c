SELECT schema, aspect, object, coalesce(body, '')
FROM neutral
ORDER BY schema COLLATE "C", aspect COLLATE "C", object COLLATE "C", body COLLATE "C"
