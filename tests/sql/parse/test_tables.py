"""CREATE, ALTER and DROP of tables, and of the relations that are altered like them."""

from __future__ import annotations

import pytest

from sqlmig.sql.definitions import BoundKind
from sqlmig.sql.operations import tables as op
from sqlmig.sql.operations.base import Kind, Unknown
from sqlmig.sql.operations.objects import AlterObject, ChangeOwner, Rename, SetSchema
from sqlmig.sql.reader import Name

# --- CREATE TABLE ---


def test_the_elements_of_a_table_may_be_mixed(read):
    [table] = read("CREATE TABLE s.t (a int, LIKE u, CHECK (a > 0), b int, PRIMARY KEY (a))")
    assert table.table == Name("s", "t")
    assert [column.name for column in table.columns] == ["a", "b"]
    assert [type(constraint).__name__ for constraint in table.constraints] == ["Check", "Unique"]
    assert [like.table for like in table.likes] == [Name(None, "u")]


def test_the_last_word_on_what_like_includes_counts(read):
    [table] = read("CREATE TABLE t (LIKE u INCLUDING ALL EXCLUDING INDEXES, LIKE v INCLUDING DEFAULTS EXCLUDING ALL)")
    everything, nothing = (like.including for like in table.likes)
    assert everything == {
        *("comments", "compression", "constraints", "defaults", "generated", "identity", "statistics", "storage"),
    }
    assert nothing == frozenset()


def test_a_partition_has_its_parent_its_bound_and_columns_without_types(read):
    [table] = read(
        "CREATE TABLE c PARTITION OF s.p (b WITH OPTIONS NOT NULL, CHECK (b > 0))"
        " FOR VALUES FROM (1, MINVALUE) TO (2, 'x') PARTITION BY LIST (lower(b))"
    )
    assert table.partition_of == Name("s", "p")
    assert (table.columns[0].type, table.columns[0].not_null) == (None, True)
    assert (table.bound.kind, table.bound.text) == (BoundKind.RANGE, "FROM (1, MINVALUE) TO (2, 'x')")
    assert table.partition_by.strategy == "list"
    assert table.partition_by.keys[0].expression.text == "lower(b)"
    assert table.inherits == ()


def test_names_without_types_are_the_columns_of_a_query(read):
    [table] = read("CREATE TEMP TABLE t (a, b) ON COMMIT DROP AS SELECT 1, 2 WITH NO DATA")
    assert isinstance(table, op.CreateTableAs)
    assert (table.columns, table.query.text, table.with_data) == (("a", "b"), "SELECT 1, 2", False)
    assert table.persistence is op.Persistence.TEMPORARY


CREATED = [
    "CREATE TABLE t ()",
    "CREATE TABLE IF NOT EXISTS if (not_a int)",
    "CREATE GLOBAL TEMPORARY TABLE t (a int) ON COMMIT DELETE ROWS",
    "CREATE LOCAL TEMP TABLE pg_temp.t (a int) WITHOUT OIDS ON COMMIT PRESERVE ROWS",
    "CREATE UNLOGGED TABLE t (a int) USING heap WITH (toast.x, a.b = 'c d', e = on, f = -1.5) TABLESPACE x",
    "CREATE TABLE t (a int) WITH (a = none, b = true, c = int, d = double precision, e = OPERATOR(s.+), f = <)",
    'CREATE TABLE t (a int, b int) INHERITS (p, s.q) PARTITION BY RANGE (a, (b + 1), lower(c) COLLATE "C" text_ops)',
    "CREATE TABLE d.s.t (a d.s.x, b s.y[])",
    "CREATE TABLE t (LIKE s.u INCLUDING STATISTICS INCLUDING GENERATED, LIKE v, a int)",
    "CREATE TABLE t PARTITION OF p FOR VALUES IN ('a', 'b', NULL)",
    "CREATE TABLE t PARTITION OF p FOR VALUES WITH (remainder 1, MODULUS 3) WITH (fillfactor = 5)",
    "CREATE TABLE IF NOT EXISTS t PARTITION OF p DEFAULT",
    "CREATE UNLOGGED TABLE t OF s.type (PRIMARY KEY (a), b WITH OPTIONS NOT NULL DEFAULT 5, c UNIQUE) TABLESPACE x",
    "CREATE TABLE t OF type",
    "CREATE FOREIGN TABLE IF NOT EXISTS s.ft (a int OPTIONS (n 'x') NOT NULL, CHECK (a > 0)) SERVER s OPTIONS (t 'x')",
    'CREATE FOREIGN TABLE ft (a int) INHERITS (p) SERVER "S"',
    "CREATE FOREIGN TABLE ft PARTITION OF p (a NOT NULL) FOR VALUES IN (1) SERVER s",
    "CREATE TABLE IF NOT EXISTS s.t (a, b) USING heap WITH (fillfactor = 70) TABLESPACE x AS SELECT 1, 2 WITH DATA",
    "CREATE TABLE t (U&\"d!0061ta\" UESCAPE '!') AS TABLE u",
    "CREATE TABLE t AS VALUES (1, 2), (3, 4)",
    "CREATE UNLOGGED TABLE t AS (SELECT 1) UNION (SELECT 2) ORDER BY 1",
    "CREATE TABLE t AS WITH x AS (SELECT 1) SELECT * FROM x",
    "CREATE TABLE t AS EXECUTE q",
    "CREATE TEMP TABLE t AS EXECUTE q(1, 'a') WITH NO DATA",
]


@pytest.mark.parametrize("sql", CREATED)
def test_create_table_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *("CREATE TABLE t", "CREATE TABLE t (a)", "CREATE TABLE t (a int,)", "CREATE TABLE t (a int) b"),
        *("CREATE TABLE a.b.c.d (a int)", "CREATE TABLE table (a int)", "CREATE TABLE t (a int) TABLESPACE x WITH (b)"),
        *("CREATE TABLE t PARTITION OF p", "CREATE TABLE t (a int) PARTITION BY (a)", "CREATE GLOBAL TABLE t (a int)"),
        *("CREATE TABLE t (a int) INHERITS ()", "CREATE TABLE t (LIKE u INCLUDING TYPES)", "CREATE TABLE t OF u ()"),
        *("CREATE FOREIGN TABLE ft (a int)", "CREATE TEMP FOREIGN TABLE ft (a int) SERVER s", "CREATE TABLE t AS"),
        *("CREATE TABLE t (a int) WITH ()", "CREATE TABLE t (a int) ON COMMIT", "CREATE TABLE t AS DELETE FROM x"),
        "CREATE TABLE t PARTITION OF p FOR VALUES BETWEEN (1) AND (2)",
    ],
)
def test_what_creates_no_table_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


# --- DROP TABLE ---


def test_each_table_that_is_dropped_is_an_operation(read):
    assert read("DROP TABLE IF EXISTS a, s.b CASCADE") == (
        op.DropTable(table=Name(None, "a"), if_exists=True, cascade=True),
        op.DropTable(table=Name("s", "b"), if_exists=True, cascade=True),
    )


@pytest.mark.parametrize("sql", ["DROP TABLE t RESTRICT", "DROP FOREIGN TABLE IF EXISTS a, b", "DROP TABLE d.s.t"])
def test_drop_table_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql", ["DROP TABLE", "DROP TABLE a b", "DROP TABLE IF EXISTS", "DROP TABLE a CASCADE RESTRICT"]
)
def test_what_drops_no_table_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


# --- ALTER TABLE ---


def test_every_action_is_an_operation_at_its_own_place(read):
    sql = "ALTER TABLE IF EXISTS ONLY s.t ADD a int, DROP COLUMN b, ALTER c SET NOT NULL, OWNER TO r"
    found = read(sql)
    assert [type(operation).__name__ for operation in found] == ["AddColumn", "DropColumn", "SetNotNull", "ChangeOwner"]
    assert [sql[operation.at :].split()[0] for operation in found] == ["ADD", "DROP", "ALTER", "OWNER"]
    assert all(operation.if_exists for operation in found)
    assert all((operation.table, operation.only) == (Name("s", "t"), True) for operation in found[:3])


def test_an_action_that_is_not_known_leaves_the_others(read):
    sql = "ALTER TABLE t ADD a int, FROB (x, y) z, ADD b int DEFAULT, DROP c"
    first, second, third, last = read(sql)
    assert isinstance(first, op.AddColumn)
    assert isinstance(second, Unknown)
    assert sql[second.at :].startswith("FROB")
    assert isinstance(third, Unknown)
    assert sql[third.at :].startswith(", DROP")
    assert isinstance(last, op.DropColumn)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("DROP a", {"column": "a", "if_column_exists": False, "cascade": False}),
        ("DROP COLUMN IF EXISTS a CASCADE", {"column": "a", "if_column_exists": True, "cascade": True}),
        ("DROP if RESTRICT", {"column": "if", "if_column_exists": False, "cascade": False}),
    ],
)
def test_drop_without_constraint_drops_a_column(read, action, expected):
    [operation] = read(f"ALTER TABLE t {action}")
    assert isinstance(operation, op.DropColumn)
    assert {field: getattr(operation, field) for field in expected} == expected


def test_column_is_a_word_that_may_be_left_out(read):
    for words in ("RENAME {}a TO b", "ALTER {}type TYPE int", "DROP {}value", "ADD {}key int"):
        assert read(f"ALTER TABLE t {words.format('')}") == read(f"ALTER TABLE t {words.format('COLUMN ')}")


def test_rename_has_an_operation_for_each_thing_renamed(read):
    assert read("ALTER TABLE s.t RENAME TO u") == (Rename(kind=Kind.TABLE, name=Name("s", "t"), new="u"),)
    assert type(read("ALTER TABLE t RENAME a TO b")[0]) is op.RenameColumn
    assert type(read("ALTER TABLE t RENAME CONSTRAINT a TO b")[0]) is op.RenameConstraint
    assert type(read("ALTER VIEW v RENAME a TO b")[0]) is op.RenameColumn


def test_what_any_object_knows_is_said_of_the_kind(read):
    name = Name(None, "x")
    assert read("ALTER MATERIALIZED VIEW IF EXISTS x SET SCHEMA s") == (
        SetSchema(kind=Kind.MATERIALIZED_VIEW, name=name, schema="s", if_exists=True),
    )
    assert read("ALTER SEQUENCE x OWNER TO r") == (ChangeOwner(kind=Kind.SEQUENCE, name=name, role="r"),)
    assert read("ALTER INDEX x DEPENDS ON EXTENSION e") == (
        AlterObject(kind=Kind.INDEX, name=name, action="depends on extension"),
    )


def test_a_column_of_an_index_is_a_number(read):
    [operation] = read("ALTER INDEX i ALTER COLUMN 2 SET STATISTICS 100")
    assert operation == op.SetStatistics(table=Name(None, "i"), kind=Kind.INDEX, column="2", target=100)


ALTERED = [
    "ADD COLUMN IF NOT EXISTS a int, ADD IF NOT EXISTS b int, ADD if int, ADD exclude int, ADD EXCLUDE (a WITH =)",
    "DROP CONSTRAINT a, DROP CONSTRAINT IF EXISTS b CASCADE, DROP CONSTRAINT c RESTRICT, VALIDATE CONSTRAINT d",
    "ALTER a TYPE x COLLATE \"C\" USING b::varchar(5), ALTER a SET DATA TYPE timestamptz USING a AT TIME ZONE 'UTC'",
    "ALTER a SET DEFAULT NULL, ALTER a DROP DEFAULT, ALTER a SET NOT NULL, ALTER COLUMN a DROP NOT NULL",
    "ALTER a SET EXPRESSION AS (b + 1), ALTER a DROP EXPRESSION, ALTER a DROP EXPRESSION IF EXISTS",
    "ALTER a SET COMPRESSION lz4, ALTER a SET STATISTICS -1, ALTER a SET STATISTICS DEFAULT, ALTER a SET STATISTICS +7",
    "ALTER a SET STORAGE PLAIN, ALTER a SET STORAGE DEFAULT, ALTER a SET COMPRESSION DEFAULT",
    "ALTER a SET (n_distinct = -0.5, x), ALTER a RESET (n_distinct), ALTER a OPTIONS (ADD a 'b', SET c 'd', DROP e)",
    "ALTER a ADD GENERATED BY DEFAULT AS IDENTITY (START 5), ALTER a DROP IDENTITY, ALTER a DROP IDENTITY IF EXISTS",
    "ALTER a SET GENERATED ALWAYS SET START WITH 5 RESTART SET CYCLE, ALTER a RESTART WITH 7, ALTER a RESTART 5",
    "ALTER CONSTRAINT c DEFERRABLE INITIALLY IMMEDIATE, ALTER CONSTRAINT d NOT DEFERRABLE, ALTER CONSTRAINT e ENFORCED",
    "ALTER CONSTRAINT c INITIALLY DEFERRED, ALTER CONSTRAINT d NOT ENFORCED, ALTER CONSTRAINT e INHERIT",
    "ALTER CONSTRAINT c, ALTER CONSTRAINT c NO INHERIT, SET UNLOGGED, SET WITHOUT CLUSTER, CLUSTER ON i, SET LOGGED",
    "SET WITHOUT OIDS, SET ACCESS METHOD heap, SET ACCESS METHOD DEFAULT, SET TABLESPACE x, SET (b.c = 5), RESET (a)",
    "ENABLE TRIGGER a, ENABLE TRIGGER ALL, ENABLE TRIGGER USER, ENABLE ALWAYS TRIGGER a, ENABLE REPLICA TRIGGER a",
    "DISABLE TRIGGER a, DISABLE TRIGGER ALL, DISABLE TRIGGER USER, DISABLE RULE a, ENABLE RULE a, ENABLE ALWAYS RULE a",
    "ENABLE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY",
    "INHERIT s.p, NO INHERIT p, OF s.x, NOT OF, OWNER TO current_user, OWNER TO \"X\", OPTIONS (ADD a 'b', DROP c)",
    "REPLICA IDENTITY DEFAULT, REPLICA IDENTITY FULL, REPLICA IDENTITY NOTHING, REPLICA IDENTITY USING INDEX i",
    "ATTACH PARTITION s.c FOR VALUES WITH (MODULUS 4, REMAINDER 0)",
    "DETACH PARTITION s.c CONCURRENTLY",
    "DETACH PARTITION c FINALIZE",
    'SET SCHEMA "S"',
    'RENAME COLUMN type TO "Type"',
]


@pytest.mark.parametrize("actions", ALTERED)
@pytest.mark.parametrize("table", ["t", "IF EXISTS ONLY s.t", "ONLY (t)", "t *"])
def test_alter_table_is_read_as_postgresql_does(read_as_postgresql_does, table, actions):
    read_as_postgresql_does(f"ALTER TABLE {table} {actions}")


RELATIONS = [
    "ALTER TABLE ALL IN TABLESPACE a OWNED BY r, q SET TABLESPACE b NOWAIT",
    "ALTER INDEX ALL IN TABLESPACE a SET TABLESPACE b",
    "ALTER INDEX IF EXISTS s.i SET (fillfactor = 5), SET TABLESPACE x, ALTER 1 SET STATISTICS 5",
    "ALTER INDEX i ATTACH PARTITION s.j",
    "ALTER INDEX i NO DEPENDS ON EXTENSION x",
    "ALTER INDEX IF EXISTS i RENAME TO j",
    "ALTER VIEW IF EXISTS v ALTER a SET DEFAULT 5, ALTER COLUMN b DROP DEFAULT, OWNER TO r, SET (security_barrier)",
    "ALTER VIEW v RENAME COLUMN a TO b",
    "ALTER VIEW v SET SCHEMA s",
    "ALTER MATERIALIZED VIEW m CLUSTER ON i, ALTER a SET STORAGE plain, SET ACCESS METHOD heap",
    "ALTER MATERIALIZED VIEW m DEPENDS ON EXTENSION x",
    "ALTER MATERIALIZED VIEW IF EXISTS m RENAME a TO b",
    "ALTER FOREIGN TABLE IF EXISTS ONLY ft ADD COLUMN a int OPTIONS (x 'y') NOT NULL, ALTER a OPTIONS (SET x 'z')",
    "ALTER FOREIGN TABLE ft RENAME a TO b",
    "ALTER FOREIGN TABLE ft SET SCHEMA s",
    "ALTER SEQUENCE IF EXISTS s SET UNLOGGED",
    "ALTER SEQUENCE s RENAME TO t",
]


@pytest.mark.parametrize("sql", RELATIONS)
def test_other_relations_are_altered_as_postgresql_reads_it(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *("ALTER TABLE t", "ALTER TABLE t FOO", "ALTER TABLE t ADD a int,", "ALTER TABLE t ADD a int DROP b"),
        *(
            "ALTER TABLE t RENAME a TO b, ADD c int",
            "ALTER TABLE t SET SCHEMA s, ADD a int",
            "ALTER TABLE t RENAME a b",
        ),
        *(
            "ALTER TABLE t ATTACH PARTITION c DEFAULT, ADD a int",
            "ALTER TABLE t ATTACH PARTITION c",
            "ALTER TABLE ONLY",
        ),
        *(
            "ALTER TABLE t ALTER a TYPE int USING",
            "ALTER TABLE t ALTER a SET GENERATED",
            "ALTER TABLE t ALTER a SET FOO",
        ),
        *("ALTER TABLE t ALTER a SET RESTART", "ALTER TABLE t ALTER a SET OWNED BY b.c", "ALTER TABLE t SET WITH OIDS"),
        *(
            "ALTER TABLE t ENABLE ALWAYS TRIGGER ALL",
            "ALTER TABLE t ALTER CONSTRAINT c NOT VALID",
            "ALTER TABLE t DROP",
        ),
        *(
            "ALTER INDEX i RENAME a TO b",
            "ALTER INDEX ONLY i SET TABLESPACE x",
            "ALTER INDEX i ATTACH PARTITION j DEFAULT",
        ),
        *(
            "ALTER VIEW v RENAME CONSTRAINT a TO b",
            "ALTER VIEW v ATTACH PARTITION c DEFAULT",
            "ALTER INDEX i SET SCHEMA s",
        ),
    ],
)
def test_what_alters_nothing_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)
