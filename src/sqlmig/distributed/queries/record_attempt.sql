-- The last attempt at a job that did not end well; gives the server's time.
INSERT INTO {queue}.sqlmig_attempt (job_id, ending, message, state, next, place, host)
VALUES (%(job_id)s, %(ending)s, %(message)s, %(state)s, %(next)s, %(place)s, %(host)s)
ON CONFLICT (job_id) DO UPDATE SET at = clock_timestamp(), ending = excluded.ending, message = excluded.message,
    state = excluded.state, next = excluded.next, place = excluded.place, host = excluded.host
RETURNING clock_timestamp()
