-- case: within the tenant's schema
CREATE TABLE stages (id bigint PRIMARY KEY);
CREATE TABLE deals (id bigint PRIMARY KEY REFERENCES stages);

-- case: within the shared schema
-- platform
CREATE TABLE currencies (code text PRIMARY KEY);
CREATE TABLE rates (code text PRIMARY KEY REFERENCES currencies);
