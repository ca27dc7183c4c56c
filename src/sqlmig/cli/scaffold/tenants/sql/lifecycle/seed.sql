-- Last step, after all migrations: the tenant's first rows.
INSERT INTO {{ schema | ident }}.customers (name) VALUES ('First customer');
