-- sqlmig: allow index-not-concurrent: 40 rows, ever
CREATE TABLE deals (id bigint PRIMARY KEY);
