-- Not one that a tenant is just being made from.
DELETE FROM {history}.pool
WHERE schema_name = (SELECT p.schema_name FROM {history}.pool AS p WHERE p.schema_name = %(schema_name)s FOR UPDATE SKIP LOCKED)
RETURNING schema_name
