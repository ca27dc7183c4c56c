-- case: INSERT and UPDATE
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, title text, "Net" numeric);
-- migration
INSERT INTO deals (id, title, title) VALUES (1, 'a', 'b');
UPDATE deals SET title = 'a', "Net" = 1, title = 'b' WHERE id = 1;
INSERT INTO deals (id, title) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET title = 'a', title = 'b';

-- case: in the body of a function
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, title text);
-- migration
CREATE FUNCTION add_deal() RETURNS void LANGUAGE sql SET search_path = '' AS $$
    INSERT INTO deals (id, id) VALUES (1, 2);
$$;
