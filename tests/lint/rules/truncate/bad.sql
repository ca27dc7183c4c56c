-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE deal_notes (deal_id bigint REFERENCES deals (id), body text);
-- migration
TRUNCATE deals, deal_notes;
