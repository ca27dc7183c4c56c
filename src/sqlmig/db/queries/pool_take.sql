-- One schema for the transaction that asks: whoever asks at the same time gets another one, and a rollback brings it back.
DELETE FROM {history}.pool
WHERE schema_name = (
    SELECT p.schema_name FROM {history}.pool AS p
    WHERE p.identity = %(identity)s
      AND EXISTS (SELECT FROM pg_catalog.pg_namespace AS n WHERE n.nspname = p.schema_name)
    ORDER BY p.made_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING schema_name
