-- A tenant's schema, and what the application may do in it: work with rows, never with tables.
CREATE SCHEMA {{ schema | ident }};

GRANT USAGE ON SCHEMA {{ schema | ident }} TO {{ vars.app_role | ident }};
-- For everything that the role that runs sqlmig is going to create there.
ALTER DEFAULT PRIVILEGES IN SCHEMA {{ schema | ident }}
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {{ vars.app_role | ident }};
ALTER DEFAULT PRIVILEGES IN SCHEMA {{ schema | ident }}
    GRANT USAGE, SELECT ON SEQUENCES TO {{ vars.app_role | ident }};
