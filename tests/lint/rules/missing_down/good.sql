-- case: the file is there
CREATE TABLE deals (id bigint PRIMARY KEY);
-- down
DROP TABLE deals;

-- case: there is a reason
-- sqlmig: irreversible it is the first
CREATE TABLE deals (id bigint PRIMARY KEY);
