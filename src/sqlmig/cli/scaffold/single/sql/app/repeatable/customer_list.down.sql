-- Runs before down files: what the view reads could not be dropped otherwise.
DROP VIEW customer_list;
