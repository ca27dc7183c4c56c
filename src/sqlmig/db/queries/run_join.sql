INSERT INTO {history}.run_worker AS w (run_id, worker, host, pid, seen_until)
VALUES (%(run_id)s, %(worker)s, %(host)s, %(pid)s,
        pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => %(lease)s))
ON CONFLICT (run_id, worker) DO UPDATE SET host = excluded.host, pid = excluded.pid, seen_until = excluded.seen_until
