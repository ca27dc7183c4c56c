-- case: SET, in every form
SET search_path = app, public;
SET LOCAL search_path TO ''; 
RESET search_path;
SET SCHEMA 'app';

-- case: set_config(), as pg_dump writes it, and in a DO block
SELECT pg_catalog.set_config('search_path', '', false);
DO $$ BEGIN PERFORM set_config('search_path', 'public', true); END $$;

-- case: a shared track
-- platform
SET LOCAL search_path = app;
