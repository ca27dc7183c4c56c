-- case: both
-- platform
CREATE EXTENSION IF NOT EXISTS citext;
CREATE EXTENSION "uuid-ossp" WITH SCHEMA public;
