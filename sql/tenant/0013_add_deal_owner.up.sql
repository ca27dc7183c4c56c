-- Who is responsible for a deal. Required in the end, and six files on the way there, none of which makes anybody wait:
-- add (0013), index (0014), fill (0015), require of new rows (0016), check the old ones (0017), NOT NULL (0018).
ALTER TABLE deals ADD COLUMN owner_id uuid;
COMMENT ON COLUMN deals.owner_id IS 'Who is responsible for the deal.';

-- Not valid: it holds for what is written from now on, and reads no row today. 0017 checks the rest.
ALTER TABLE deals ADD CONSTRAINT deals_owner_id_fkey
    FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id) NOT VALID;
