-- case: none
CREATE TABLE deals (id bigint PRIMARY KEY);
COMMENT ON COLUMN deals.id IS 'a number';

-- case: of another table, and one that takes it away
CREATE TABLE "Deal" (id bigint PRIMARY KEY);
COMMENT ON TABLE deal IS 'a contract that may come';
COMMENT ON TABLE "Deal" IS NULL;
