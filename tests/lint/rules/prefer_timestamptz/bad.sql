CREATE TABLE deals (id bigint PRIMARY KEY, closed_at timestamp, seen_at timestamp(3) without time zone);
