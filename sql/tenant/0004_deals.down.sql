-- The repeatable that reads nothing but deals goes with them; the next apply makes it again.
DROP FUNCTION IF EXISTS search_deals(text, integer);
DROP TABLE deal_participants;
DROP TABLE deals;
