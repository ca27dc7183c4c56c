-- First step of `sqlmig tenant create`: the schema, and what the application's role may do in it.
CREATE SCHEMA {{ schema | ident }};
