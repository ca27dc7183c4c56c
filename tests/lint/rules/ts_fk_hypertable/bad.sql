CREATE TABLE events (id bigint, at timestamptz, PRIMARY KEY (id, at));
SELECT create_hypertable('events', 'at');
CREATE TABLE readings (
    at timestamptz NOT NULL, event_id bigint, event_at timestamptz,
    CONSTRAINT readings_event_fkey FOREIGN KEY (event_id, event_at) REFERENCES events (id, at)
);
CREATE INDEX readings_event_idx ON readings (event_id, event_at);
SELECT create_hypertable('readings', 'at');
