CREATE TYPE stage AS ENUM ('new', 'won', 'it''s lost');
