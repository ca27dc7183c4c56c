-- case: nothing to commit
CREATE TABLE deals (id bigint PRIMARY KEY);

-- case: batches of a shared track
-- platform
CREATE TABLE platform.tenants (id bigint PRIMARY KEY, seats int);
-- file: sql/platform/0002_seats.up.sql
-- sqlmig: transaction off
-- sqlmig: irreversible nobody knows which rows had no value
DO $$
BEGIN
    LOOP
        UPDATE platform.tenants SET seats = 5
        WHERE id IN (SELECT id FROM platform.tenants WHERE seats IS NULL LIMIT 1000);
        EXIT WHEN NOT FOUND;
        COMMIT;
    END LOOP;
END
$$;
