-- case: a down file takes back what its up file made
CREATE SEQUENCE invoice_numbers;
-- down
DROP SEQUENCE invoice_numbers;
