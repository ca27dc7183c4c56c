-- Everything that is kept of a tenant follows it to its new schema and, where that is what it is known by, to its new key. The log
-- stays as it was written.
UPDATE {history}.applied    SET target = %(new)s WHERE target = %(old)s AND track = ANY(%(tracks)s) AND %(new)s <> %(old)s;
UPDATE {history}.repeatable SET target = %(new)s WHERE target = %(old)s AND track = ANY(%(tracks)s) AND %(new)s <> %(old)s;
UPDATE {history}.progress   SET target = %(new)s WHERE target = %(old)s AND track = ANY(%(tracks)s) AND %(new)s <> %(old)s;
UPDATE {history}.undo       SET target = %(new)s WHERE target = %(old)s AND track = ANY(%(tracks)s) AND %(new)s <> %(old)s;
UPDATE {history}.backup     SET target = %(new)s WHERE target = %(old)s AND %(new)s <> %(old)s;
UPDATE {history}.tenant     SET target = %(new)s WHERE target = %(old)s AND %(new)s <> %(old)s;
UPDATE {history}.target     SET target = %(new)s, schema_name = %(schema)s WHERE target = %(old)s AND track = ANY(%(tracks)s);
UPDATE {history}.run_item   SET target = %(new)s, schema_name = %(schema)s
WHERE target = %(old)s AND track = ANY(%(tracks)s) AND state IN ('pending', 'running')
