-- earlier
CREATE TYPE stage AS ENUM ('open', 'won');
-- migration
ALTER TYPE stage ADD VALUE 'lost' AFTER 'won';
ALTER TYPE stage ADD VALUE 'new' BEFORE 'open';
