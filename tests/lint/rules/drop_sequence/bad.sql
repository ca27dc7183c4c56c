-- case: a sequence that is in use
-- earlier
CREATE SEQUENCE invoice_numbers;
-- migration
DROP SEQUENCE invoice_numbers;

-- case: no code uses it any more
-- earlier
CREATE SEQUENCE invoice_numbers;
-- migration
-- sqlmig: phase contract
DROP SEQUENCE invoice_numbers;
