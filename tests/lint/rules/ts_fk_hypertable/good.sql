CREATE TABLE sensors (id bigint PRIMARY KEY);
CREATE TABLE readings (at timestamptz NOT NULL, sensor_id bigint REFERENCES sensors);
CREATE INDEX readings_sensor_id_idx ON readings (sensor_id, at);
SELECT create_hypertable('readings', 'at');
