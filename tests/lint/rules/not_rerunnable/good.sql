-- earlier
CREATE TYPE stage AS ENUM ('lead');
-- migration
-- sqlmig: transaction off
-- sqlmig: irreversible labels of an enum cannot be taken away
ALTER TYPE stage ADD VALUE IF NOT EXISTS 'won' AFTER 'lead';
