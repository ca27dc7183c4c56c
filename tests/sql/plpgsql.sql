-- Bodies of plpgsql, one construct or trap after the other; PostgreSQL accepts every one.
-- A comment above a statement is its name in the tests.

-- the smallest block
DO $$ BEGIN END $$;

-- only null
DO $$ BEGIN NULL; END; $$;

-- declarations
CREATE FUNCTION declarations(amount numeric(10, 2), INOUT total int DEFAULT 1) LANGUAGE plpgsql AS $$
#variable_conflict use_column
<<outermost>>
DECLARE
  a int := 1;
  b text NOT NULL DEFAULT 'b; not the end';
  c CONSTANT numeric(12, 2) = round(amount, 2);
  d tenants.slug%TYPE;
  e tenants%ROWTYPE;
  f text[] COLLATE "C" := ARRAY['x', 'y;z'];
  g record;
  h ALIAS FOR $1;
  "Quoted Name" int := (SELECT count(*) FROM tenants);
  DECLARE
  query text = 'a';
BEGIN
  a := a + "Quoted Name";
END outermost
$$;

-- cursors
CREATE FUNCTION cursors(wanted int) RETURNS refcursor LANGUAGE plpgsql AS $$
DECLARE
  plain CURSOR FOR SELECT id FROM deals;
  older CURSOR IS SELECT 1;
  still NO SCROLL CURSOR (low int, high numeric(4, 1)) FOR SELECT id FROM deals WHERE id BETWEEN low AND high;
  unbound refcursor;
  found_id int;
BEGIN
  OPEN plain;
  FETCH NEXT FROM plain INTO found_id;
  MOVE FORWARD 2 FROM plain;
  CLOSE plain;
  OPEN still(1, high := greatest(wanted, 2));
  CLOSE still;
  FOR row_found IN still(low := 1, high := 2) LOOP
    PERFORM note(row_found.id);
  END LOOP;
  FOR row_found IN plain LOOP
    DELETE FROM deals WHERE CURRENT OF plain;
  END LOOP;
  OPEN unbound SCROLL FOR SELECT id FROM deals ORDER BY id;
  CLOSE unbound;
  OPEN unbound FOR EXECUTE 'SELECT $1' USING wanted, upper('x');
  RETURN unbound;
END $$;

-- assignments
CREATE FUNCTION assignments(a int[]) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  x int;
  r record;
  return int;
  query int;
BEGIN
  x = 1;
  x := count(*) FROM deals WHERE total > 0;
  a[1] := 2;
  a[x + 1] = a[array_length(a, 1)];
  r.field := (SELECT max(id) FROM deals);
  r.a.b := 1;
  return := 3;
  $1 := NULL;
  x :=-1;
  RETURN x + query;
END $$;

-- conditions
CREATE FUNCTION conditions(n int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  IF n = 1 THEN
    RETURN 'one';
  ELSIF n IN (SELECT id FROM deals) THEN
    RETURN 'a deal';
  ELSEIF (CASE WHEN n > 3 THEN true ELSE false END) THEN
    NULL;
  ELSE
    IF EXISTS (SELECT FROM deals) AND NOT EXISTS (SELECT 1 FROM tenants WHERE slug = 'x') THEN
      UPDATE deals SET total = CASE WHEN total > 1 THEN 2 ELSE 3 END WHERE id = n;
    END IF;
  END IF;
  CASE n
    WHEN 1, 2 THEN
      CASE WHEN n IS NULL THEN RETURN 'null'; ELSE END CASE;
    WHEN n + 1 THEN NULL;
    ELSE RETURN CASE n WHEN 3 THEN 'three' END;
  END CASE;
  RETURN NULL;
END $$;

-- loops
CREATE FUNCTION loops(bound int, words text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  r record;
  a int;
  b text;
  lower int := 1;
BEGIN
  <<outer_loop>>
  LOOP
    EXIT outer_loop WHEN bound > 10;
    CONTINUE outer_loop;
    EXIT;
  END LOOP outer_loop;
  WHILE bound < 5 AND a IS NULL LOOP bound := bound + 1; END LOOP;
  FOR i IN 1..10 LOOP NULL; END LOOP;
  FOR i IN REVERSE bound..lower BY 2 LOOP CONTINUE WHEN i = 3; END LOOP;
  FOR i IN lower .. (SELECT max(id) FROM deals) LOOP NULL; END LOOP;
  FOR r IN SELECT id, slug FROM tenants ORDER BY id LOOP RAISE NOTICE '%', r.slug; END LOOP;
  FOR a, b IN (SELECT id, slug FROM tenants) LOOP NULL; END LOOP;
  FOR r IN WITH w AS (SELECT 1) SELECT * FROM w LOOP NULL; END LOOP;
  FOR r IN VALUES (1) LOOP NULL; END LOOP;
  FOR r IN UPDATE deals SET total = 0 RETURNING id LOOP NULL; END LOOP;
  FOR r IN EXPLAIN SELECT 1 LOOP NULL; END LOOP;
  FOR r IN EXECUTE format('SELECT * FROM %I', b) USING a, lower(b) LOOP NULL; END LOOP;
  FOR r IN EXECUTE 'SELECT 1' LOOP NULL; END LOOP;
  FOREACH b IN ARRAY words LOOP NULL; END LOOP;
  FOREACH words SLICE 1 IN ARRAY ARRAY[words, words] LOOP NULL; END LOOP;
END $$;

-- results in variables
CREATE FUNCTION results() RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  x int;
  y text;
  r record;
BEGIN
  SELECT id INTO x FROM deals;
  SELECT id, slug INTO STRICT x, y FROM tenants WHERE id = 1;
  SELECT INTO x, y id, slug FROM tenants;
  SELECT INTO r * FROM tenants;
  SELECT count(*) FROM tenants INTO x;
  SELECT id INTO /* over
    lines */ x FROM deals;
  INSERT INTO deals (id) VALUES (1) RETURNING id INTO x;
  INSERT INTO deals SELECT * FROM old_deals;
  WITH made AS (INSERT INTO deals DEFAULT VALUES RETURNING id) SELECT id INTO x FROM made;
  UPDATE deals SET total = 1 RETURNING id INTO STRICT x;
  DELETE FROM deals WHERE id = x RETURNING id, slug INTO r.id, y;
  MERGE INTO deals d USING tenants t ON d.id = t.id WHEN MATCHED THEN DO NOTHING;
  EXPLAIN (COSTS off) SELECT 1 INTO y;
  CALL procedure_with_result(1, x);
  GET DIAGNOSTICS x = ROW_COUNT;
  GET CURRENT DIAGNOSTICS y = PG_CONTEXT;
  RETURN x;
END $$;

-- the words of the language as names
CREATE FUNCTION words(open int, close int, raise text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  notice int := 1;
  perform int;
  get text;
  slice int;
BEGIN
  open := close;
  perform = open + 1;
  get := raise;
  SELECT next, query INTO open, close FROM reverse WHERE alias = close;
  RETURN raise || get;
END $$;

-- messages
CREATE FUNCTION messages(n int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE 'plain';
  RAISE 'percent % and %', n, (SELECT count(*) FROM deals);
  RAISE EXCEPTION 'with options: %', n + 1 USING ERRCODE = 'unique_violation', HINT := 'h' || n;
  RAISE division_by_zero;
  RAISE SQLSTATE '22012' USING MESSAGE = 'm';
  RAISE USING MESSAGE = 'a', DETAIL = now()::text;
  RAISE WARNING 'over '
    'lines %', n;
  ASSERT n > 0;
  ASSERT n > 1, 'too small: ' || n;
  BEGIN
    NULL;
  EXCEPTION
    WHEN unique_violation OR SQLSTATE '22012' THEN
      RAISE;
    WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS n = RETURNED_SQLSTATE;
      INSERT INTO errors VALUES (SQLERRM, SQLSTATE);
  END;
END $$;

-- rows
CREATE FUNCTION row_source(n int) RETURNS SETOF deals LANGUAGE plpgsql AS $$
DECLARE
  r deals%ROWTYPE;
BEGIN
  RETURN QUERY SELECT * FROM deals WHERE id = n;
  RETURN QUERY WITH w AS (SELECT * FROM deals) TABLE w;
  RETURN QUERY VALUES (1), (2);
  RETURN QUERY DELETE FROM deals RETURNING *;
  RETURN QUERY EXECUTE 'SELECT * FROM deals WHERE id = $1' USING n, (SELECT 1);
  RETURN QUERY EXECUTE format('TABLE %I', 'deals');
  RETURN NEXT ROW(n, 'a');
  RETURN;
END $$;

-- a transaction
CREATE PROCEDURE in_parts() LANGUAGE plpgsql AS $$
BEGIN
  UPDATE deals SET total = 0;
  COMMIT;
  SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
  ROLLBACK AND NO CHAIN;
  COMMIT AND CHAIN;
END $$;

-- dynamic statements
DO LANGUAGE plpgsql $$
DECLARE
  t text := 'deals';
  n int;
BEGIN
  EXECUTE 'DROP TABLE ' || quote_ident(t);
  EXECUTE format('CREATE INDEX ON %I (id)', t);
  EXECUTE 'SELECT count(*) FROM deals WHERE id > $1 AND (id < $2)' INTO STRICT n USING 1, n + 1;
  EXECUTE 'SELECT $1' USING (SELECT max(id) FROM deals) INTO n;
  EXECUTE $sql$ CREATE TABLE made (id int); $sql$;
END $$;

-- statements that define
DO $body$
BEGIN
  CREATE TABLE IF NOT EXISTS made (id int PRIMARY KEY, note text DEFAULT 'a;b');
  ALTER TABLE made ADD COLUMN loop_count int, ADD COLUMN "into" int;
  CREATE RULE twice AS ON INSERT TO made DO ALSO (INSERT INTO log VALUES (1); INSERT INTO log VALUES (2));
  CREATE FUNCTION one() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;
  CREATE OR REPLACE FUNCTION two() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;
  CREATE PROCEDURE three() BEGIN ATOMIC INSERT INTO made VALUES (1); END;
  DO $inner$ BEGIN DROP TABLE made; END $inner$;
  IMPORT FOREIGN SCHEMA far FROM SERVER elsewhere INTO here;
  GRANT SELECT ON made TO reader;
  SET LOCAL lock_timeout = '3s';
  LOCK TABLE made IN SHARE MODE;
  CREATE TABLE copied AS SELECT * FROM made;
END $body$;

-- blocks inside blocks
DO $$
<<a>>
DECLARE x int := 1;
BEGIN
  <<b>>
  DECLARE x int := a.x + 1;
  BEGIN
    BEGIN
      PERFORM a.x, b.x FROM deals WHERE id = x FOR UPDATE;
    EXCEPTION WHEN others THEN
      BEGIN x := 2; END;
    END;
  END b;
END a $$;

-- comments everywhere
DO $$ -- head; with a semicolon
/* BEGIN */ DECLARE -- a
  x /* ; */ int := /* := */ 1 -- tail
  ;
BEGIN -- THEN
  IF /* IF */ x = 1 -- THEN
  THEN /* '*/
    SELECT 1 /* INTO y */ INTO x; -- it's done
  END /* LOOP */ IF;
END; -- last
$$;
