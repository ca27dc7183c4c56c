-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN created_at timestamptz DEFAULT now();
ALTER TABLE deals ADD COLUMN public_id uuid;
ALTER TABLE deals ALTER COLUMN public_id SET DEFAULT gen_random_uuid();
-- down
ALTER TABLE deals DROP COLUMN public_id;
ALTER TABLE deals DROP COLUMN created_at;
