-- earlier
CREATE TABLE bookings (id bigint PRIMARY KEY, during tstzrange);
-- migration
ALTER TABLE bookings ADD CONSTRAINT bookings_overlap EXCLUDE USING gist (during WITH &&);
