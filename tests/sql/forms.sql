-- Statements whose ends are hard to find. PostgreSQL's own parser accepts every one; its cuts are the right ones.
SELECT 'a;b', 'it''s; fine', 'back\slash\'; SELECT E'it\'s; escaped', e'\\'; SELECT 1;
SELECT U&'d\0061t;\+000061', U&"d!0061t;" UESCAPE '!' FROM U&"t;";
SELECT N'n;', B'0101', X'1F', 'continued;'
  'here;', E'continued\';'
  'with\';escapes';
SELECT ";", "a"";b", "'" FROM (SELECT 2 AS ";", 3 AS "a"";b", 4 AS "'") AS x;
;;
SELECT $$;$$, $a$ $$;$$ $b$;$b$ $a$, $été$;$été$, $_1$;$_1$;
SELECT a$b$ FROM t WHERE a$$b = 1; SELECT $1, $2; SELECT 1 FROM t WHERE a in($1,$2);
/* outer; /* inner; */ still outer; */ SELECT 1 /**/; /*/*;*/*/ SELECT 2 /*+ hint; */;
SELECT 1 -- trailing; comment
; -- another;
SELECT 1+--;
2, 3*/*;*/4, 5 - -6, @-7, - - 8, 2 =-1, 2=- 1;
SELECT a [ 1 : 2 ], b::text[], c->>'x;', d @> '{;}' FROM t;
SELECT .5, 1., 1.5e3, 1e-5, 1_000, 0x1F, 0o17, 0b11;
DO $do$ BEGIN PERFORM 1; EXECUTE 'SELECT $$;$$'; END; $do$; SELECT 1;
CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 ELSE 2 END; END;
CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC
  INSERT INTO t VALUES (1); -- END;
  UPDATE t SET a = CASE b WHEN 1 THEN CASE WHEN c THEN 2 END END;
END;
CREATE FUNCTION g() RETURNS int LANGUAGE sql BEGIN ATOMIC END;
CREATE FUNCTION h() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1 AS end; SELECT 2 end; SELECT x.end FROM x; END;
CREATE FUNCTION i() RETURNS void LANGUAGE sql
BEGIN ATOMIC CREATE FUNCTION nested() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END; SELECT 2; END;
CREATE FUNCTION j(begin int DEFAULT 1) RETURNS int LANGUAGE sql RETURN begin; SELECT begin atomic FROM t;
CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO u VALUES (1); DELETE FROM v; );
CREATE RULE "s;" AS ON UPDATE TO t DO INSTEAD (SELECT ';'; SELECT 2);
BEGIN; SELECT 1; END; BEGIN ISOLATION LEVEL SERIALIZABLE; COMMIT AND CHAIN; ROLLBACK;
CREATE TABLE "Größe;" (größe int, "naïve;" text DEFAULT 'ß;', 表 int, x int CHECK (x > 0));
SELECT 1 FROM t; VACUUM (ANALYZE) t; REINDEX TABLE CONCURRENTLY t; LOCK TABLE t; CALL p(1); REFRESH MATERIALIZED VIEW m;
EXPLAIN (ANALYZE) SELECT 1; SHOW work_mem; RESET ALL; DECLARE c CURSOR FOR SELECT 1; FETCH c; EXECUTE q(1); PREPARE q AS SELECT 1;
COMMENT ON TABLE t IS '-- not; a comment'; COMMENT ON TABLE t IS '/* nor; this';
SELECT '{{ not; a template }}', 1 %2, 3 # 4, '{% ; %}', '{# ; #}';
SELECT 1 AS last
