-- case: three columns
CREATE TABLE prices (country text, shop text, day date, PRIMARY KEY (country, shop, day));

-- case: the tenant does not count
CREATE TABLE prices (tenant_id uuid, country text, shop text, day date, PRIMARY KEY (tenant_id, country, shop, day));
