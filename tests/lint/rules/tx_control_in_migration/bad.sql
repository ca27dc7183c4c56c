-- case: the whole file in BEGIN and COMMIT
BEGIN;
CREATE TABLE deals (id bigint PRIMARY KEY);
COMMIT;

-- case: a commit inside of a DO block
-- sqlmig: transaction off
DO $$
BEGIN
    COMMIT;
END
$$;
