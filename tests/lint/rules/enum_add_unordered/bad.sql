-- case: a known enum
-- earlier
CREATE TYPE stage AS ENUM ('open', 'won');
-- migration
ALTER TYPE stage ADD VALUE 'lost';

-- case: one that no migration makes
ALTER TYPE stage ADD VALUE IF NOT EXISTS 'lost';
