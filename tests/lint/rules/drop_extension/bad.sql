-- case: an extension that is in use
-- platform
CREATE EXTENSION hstore;
-- file: sql/platform/0002_drop.up.sql
DROP EXTENSION hstore;

-- case: no code uses it any more
-- platform
CREATE EXTENSION "uuid-ossp";
-- file: sql/platform/0002_drop.up.sql
-- sqlmig: phase contract
DROP EXTENSION "uuid-ossp";
