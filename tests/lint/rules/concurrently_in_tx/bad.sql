-- case: an index among other changes
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
-- migration
CREATE INDEX CONCURRENTLY deals_owner_id_idx ON deals (owner_id);

-- case: in a DO block
-- sqlmig: transaction off
DO $$
BEGIN
    VACUUM;
END
$$;
