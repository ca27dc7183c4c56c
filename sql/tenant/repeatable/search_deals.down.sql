DROP FUNCTION search_deals(text, integer);
