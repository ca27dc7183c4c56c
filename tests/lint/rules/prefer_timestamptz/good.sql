CREATE TABLE deals (id bigint PRIMARY KEY, closed_at timestamptz, seen_at timestamp(3) with time zone, day date);
