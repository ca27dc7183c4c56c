-- sqlmig: transaction off
-- Events are written all the time, by every service: a plain CREATE INDEX would stop them.
CREATE INDEX CONCURRENTLY platform_events_event_type_idx ON platform_events (event_type, occurred_at DESC);
