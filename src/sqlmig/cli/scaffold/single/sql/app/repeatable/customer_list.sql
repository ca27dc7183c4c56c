-- Runs after the numbered migrations, again whenever its text changes.
CREATE OR REPLACE VIEW customer_list AS
SELECT id, name, email
FROM customers;
