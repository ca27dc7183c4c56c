CREATE TABLE bookings (
    id bigint PRIMARY KEY,
    during tstzrange,
    CONSTRAINT bookings_overlap EXCLUDE USING gist (during WITH &&)
);
