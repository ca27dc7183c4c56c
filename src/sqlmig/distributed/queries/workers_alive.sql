-- How many workers gave a sign of life within so many seconds.
SELECT count(*) FROM {queue}.procrastinate_workers
WHERE last_heartbeat > clock_timestamp() - %(seconds)s * interval '1 second'
