-- What a backup says of a tenant takes the place of what the history says; of what the log lacks, it is given.
DELETE FROM {history}.target WHERE target = %(target)s AND track = ANY(%(tracks)s);
DELETE FROM {history}.applied WHERE target = %(target)s AND track = ANY(%(tracks)s);
DELETE FROM {history}.repeatable WHERE target = %(target)s AND track = ANY(%(tracks)s);
DELETE FROM {history}.progress WHERE target = %(target)s AND track = ANY(%(tracks)s);
INSERT INTO {history}.script
SELECT * FROM pg_catalog.jsonb_populate_recordset(NULL::{history}.script, %(script)s::jsonb)
ON CONFLICT DO NOTHING;
INSERT INTO {history}.target
SELECT * FROM pg_catalog.jsonb_populate_recordset(NULL::{history}.target, %(heads)s::jsonb);
INSERT INTO {history}.applied
SELECT * FROM pg_catalog.jsonb_populate_recordset(NULL::{history}.applied, %(applied)s::jsonb);
INSERT INTO {history}.repeatable
SELECT * FROM pg_catalog.jsonb_populate_recordset(NULL::{history}.repeatable, %(repeatable)s::jsonb);
INSERT INTO {history}.progress
SELECT * FROM pg_catalog.jsonb_populate_recordset(NULL::{history}.progress, %(progress)s::jsonb);
-- What was copied before a file that is no longer applied, or was applied by another run, shall not come back with a rollback.
UPDATE {history}.undo AS u
SET kept_until = pg_catalog.clock_timestamp(), put_back_at = coalesce(u.put_back_at, pg_catalog.clock_timestamp())
WHERE u.target = %(target)s AND u.track = ANY(%(tracks)s) AND NOT EXISTS (
    SELECT FROM {history}.applied a
    WHERE a.target = u.target AND a.track = u.track AND a.version = u.version AND a.run_id = u.run_id);
INSERT INTO {history}.log OVERRIDING SYSTEM VALUE
SELECT lost.*
FROM pg_catalog.jsonb_array_elements(%(log)s::jsonb) AS entry,
    LATERAL pg_catalog.jsonb_populate_record(NULL::{history}.log, entry || pg_catalog.jsonb_build_object(
        'id', pg_catalog.nextval(pg_catalog.pg_get_serial_sequence(%(log_table)s, 'id')))) AS lost
WHERE NOT EXISTS (
    SELECT FROM {history}.log known
    WHERE known.track = entry ->> 'track' AND known.target = entry ->> 'target'
        AND known.run_id = (entry ->> 'run_id')::uuid AND known.at = (entry ->> 'at')::timestamptz);
