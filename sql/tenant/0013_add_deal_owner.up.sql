-- Who is responsible for a deal. Required in the end, and six files on the way there, none of which makes anybody wait:
-- add (0013), index (0014), fill (0015), require of new rows (0016), check the old ones (0017), NOT NULL (0018).
ALTER TABLE deals ADD COLUMN owner_id uuid;
COMMENT ON COLUMN deals.owner_id IS 'Who is responsible for the deal.';
