"""Policies, triggers and rules."""

from __future__ import annotations

import pytest

from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.objects import Rename
from sqlmig.sql.reader import Name


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE POLICY p ON s.t",
        'CREATE POLICY p ON t AS RESTRICTIVE FOR DELETE TO PUBLIC, current_user, "A" USING (a = 1) WITH CHECK (b OR c)',
        'CREATE POLICY p ON t AS "permissive" FOR ALL WITH CHECK (true)',
        "ALTER POLICY p ON s.t",
        "ALTER POLICY p ON t TO a, session_user USING (((a)))",
        "ALTER POLICY p ON t WITH CHECK (a IN (SELECT 1))",
        "DROP POLICY IF EXISTS p ON s.t CASCADE",
        "DROP POLICY p ON t RESTRICT",
    ],
)
def test_a_policy_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


def test_a_policy_without_to_is_for_everybody_and_does_not_say_so(read):
    [silent], [outspoken] = read("CREATE POLICY p ON t"), read("CREATE POLICY p ON t TO PUBLIC")
    assert (silent.roles, silent.roles_written) == (("public",), False)
    assert (outspoken.roles, outspoken.roles_written) == (("public",), True)


def test_a_policy_is_renamed_on_its_table(read, read_as_postgresql_does):
    sql = "ALTER POLICY IF EXISTS p ON s.t RENAME TO q"
    renamed = Rename(kind=Kind.POLICY, name=Name(None, "p"), table=Name("s", "t"), new="q", if_exists=True)
    assert read(sql) == (renamed,)
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "CREATE POLICY p",
            "CREATE POLICY s.p ON t",
            "CREATE POLICY p ON t AS LENIENT",
            "CREATE POLICY p ON t FOR TRUNCATE",
        ),
        *("CREATE POLICY p ON t TO", "CREATE POLICY p ON t USING a", "CREATE POLICY p ON t WITH CHECK (a) USING (b)"),
        *("ALTER POLICY IF EXISTS p ON t USING (true)", "ALTER POLICY p ON t FOR ALL", "DROP POLICY p, q ON t"),
        *("DROP POLICY p", "ALTER POLICY p RENAME TO q", "CREATE POLICY p ON t USING ()"),
    ],
)
def test_what_is_no_policy_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TRIGGER x AFTER TRUNCATE ON s.t EXECUTE FUNCTION f(a, 'b', 1.5, select)",
        "CREATE OR REPLACE TRIGGER x INSTEAD OF INSERT OR UPDATE OF a, b OR DELETE ON t FOR ROW EXECUTE PROCEDURE f()",
        "CREATE TRIGGER x BEFORE UPDATE ON t REFERENCING NEW TABLE AS n OLD ROW o FOR STATEMENT EXECUTE FUNCTION f()",
        "CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION f()",
        "CREATE CONSTRAINT TRIGGER x AFTER INSERT ON t FROM s.u INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE CONSTRAINT TRIGGER x AFTER INSERT ON t NOT DEFERRABLE FOR EACH ROW WHEN (true) EXECUTE FUNCTION f()",
        "CREATE CONSTRAINT TRIGGER x AFTER DELETE ON t INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION f()",
        "DROP TRIGGER IF EXISTS x ON s.t CASCADE",
    ],
)
def test_a_trigger_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *("CREATE TRIGGER x AFTER INSERT ON t", "CREATE TRIGGER x INSERT ON t EXECUTE FUNCTION f()", "DROP TRIGGER x"),
        *("CREATE TRIGGER x AFTER INSERT OR INSERT ON t EXECUTE FUNCTION f()", "DROP TRIGGER x, y ON t"),
        *(
            "CREATE TRIGGER x AFTER INSERT ON t EXECUTE FUNCTION f",
            "CREATE TRIGGER x AFTER INSERT ON t EXECUTE FUNCTION f(-1)",
        ),
        *(
            "CREATE TRIGGER x AFTER INSERT ON t EXECUTE FUNCTION f(a,)",
            "CREATE TRIGGER x AFTER SELECT ON t EXECUTE FUNCTION f()",
        ),
        *("CREATE TRIGGER x AFTER INSERT ON t WHEN true EXECUTE FUNCTION f()", "CREATE TRIGGER s.x AFTER INSERT ON t"),
        "CREATE OR REPLACE CONSTRAINT TRIGGER x AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE CONSTRAINT TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE CONSTRAINT TRIGGER x AFTER INSERT ON t EXECUTE FUNCTION f()",
        "CREATE TRIGGER x AFTER INSERT ON t REFERENCING FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE TRIGGER x AFTER INSERT ON t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION f()",
    ],
)
def test_what_is_no_trigger_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE RULE r AS ON INSERT TO s.t DO NOTHING",
        "CREATE OR REPLACE RULE r AS ON UPDATE TO t WHERE OLD.a = 1 DO ALSO UPDATE u SET a = 1 WHERE b",
        "CREATE RULE r AS ON DELETE TO t DO INSTEAD (;;SELECT 1; INSERT INTO u VALUES (1) RETURNING a; NOTIFY x, 'y';)",
        "CREATE RULE r AS ON DELETE TO t DO (DELETE FROM a USING b AS c; WITH d AS (SELECT 1) TABLE d)",
        "CREATE RULE r AS ON SELECT TO t DO INSTEAD (SELECT 1) UNION SELECT 2",
        "CREATE RULE r AS ON SELECT TO t DO ()",
        "CREATE RULE r AS ON INSERT TO t DO NOTIFY x",
    ],
)
def test_a_rule_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *("CREATE RULE r AS ON TRUNCATE TO t DO NOTHING", "CREATE RULE r ON INSERT TO t DO NOTHING"),
        *("CREATE RULE r AS ON INSERT TO t DO", "CREATE RULE r AS ON INSERT TO t DO (SELECT 1 SELECT 2)"),
        *("CREATE RULE r AS ON INSERT TO t DO DROP TABLE u", "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; NOTHING)"),
        "CREATE RULE r AS ON INSERT TO t DO MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE",
    ],
)
def test_what_is_no_rule_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)
