"""What a migration destroys is copied in its transaction, kept from others, and put back by a rollback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

import lanes
from servers import Role
from sqlmig.db import history, undo
from sqlmig.db.context import RunContext, origin
from sqlmig.db.session import Session, session
from sqlmig.project.config.load import load_config
from sqlmig.project.model import Direction

RUN = "8f0a7d52-1c1c-4d7e-9f42-6f0f3c6f1b11"
KEEPING = undo.Keeping(1_000_000, 3600)
TABLES = """
CREATE SCHEMA tenant_a;
SET search_path = tenant_a;
CREATE TABLE owners (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
CREATE TABLE deals (
    id serial PRIMARY KEY, title text NOT NULL, "odd col" jsonb, long int GENERATED ALWAYS AS (length(title)) STORED,
    owner int REFERENCES owners
);
CREATE TABLE notes (text text);
INSERT INTO owners (name) VALUES ('Ada'), ('Bob');
INSERT INTO deals (title, "odd col", owner)
    SELECT 'deal ' || n, jsonb_build_array(n), 1 + n % 2 FROM generate_series(1, 5) n;
INSERT INTO notes VALUES ('x')
"""
DEALS_AGAIN = TABLES[TABLES.index("CREATE TABLE deals") : TABLES.index("CREATE TABLE notes")]
OWNERS_AGAIN = TABLES[TABLES.index("CREATE TABLE owners") : TABLES.index("CREATE TABLE deals")]
ALL_DEALS = 'SELECT id, title, "odd col", long, owner FROM tenant_a.deals ORDER BY id'


class Bench:
    """One tenant's schema, and migrations that go up and down in it as a run does it."""

    def __init__(self, opened: Session, folder: Path) -> None:
        self.session = opened
        (folder / "sqlmig.yaml").write_text(lanes.CONFIG)
        (folder / "tenant").mkdir()
        config = load_config(folder / "sqlmig.yaml", environ={})
        self.context = RunContext(RUN, config, origin("sqlmig test", None))
        history.prepare(opened, "sqlmig")
        opened.run(TABLES)

    def up(self, text: str, keeping: undo.Keeping = KEEPING) -> None:
        step = lanes.step("tenant_a", 1, text)
        before = undo.statements_before(step, self.context, keeping)
        behind = undo.statements_behind(step, self.context, keeping)
        self.session.run("; ".join(["BEGIN", *before, "SET LOCAL search_path = tenant_a", text, *behind, "COMMIT"]))

    def down(self, text: str) -> tuple[undo.PutBack, ...]:
        step = replace(lanes.step("tenant_a", 1, text), direction=Direction.DOWN)
        self.session.run(f"BEGIN; SET LOCAL search_path = tenant_a; {text}")
        put_back = undo.restore_after(self.session, step, "sqlmig")
        self.session.run("COMMIT")
        return put_back

    def copies(self) -> list[Any]:
        return self.session.rows("SELECT destroys, source, columns, rows, reason FROM sqlmig.undo ORDER BY undo_id")


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    with session(database_url) as opened:
        yield Bench(opened, tmp_path)


@pytest.mark.parametrize(
    ("up", "down", "came_back"),
    [
        ("DROP TABLE deals", DEALS_AGAIN, [("deals", 5)]),
        ("DROP TABLE deals; DROP TABLE owners", OWNERS_AGAIN + DEALS_AGAIN, [("owners", 2), ("deals", 5)]),
        ("TRUNCATE deals", "SELECT 1", [("deals", 5)]),
        ("DELETE FROM deals WHERE id > 3", "SELECT 1", [("deals", 2)]),
        ("DROP TABLE deals, owners", OWNERS_AGAIN + DEALS_AGAIN, [("owners", 2), ("deals", 5)]),
        ("TRUNCATE owners, deals", "SELECT 1", [("owners", 2), ("deals", 5)]),
        ("ALTER TABLE deals RENAME TO old; DROP TABLE old", DEALS_AGAIN, [("deals", 5)]),
        (
            'ALTER TABLE deals DROP COLUMN "odd col", DROP COLUMN owner',
            'ALTER TABLE deals ADD COLUMN "odd col" jsonb, ADD COLUMN owner int REFERENCES owners',
            [("deals", 5)],
        ),
    ],
    ids=[
        "table",
        "two tables that refer to each other",
        "truncate",
        "some rows",
        "two tables at once",
        "two tables emptied at once",
        "a renamed table",
        "columns",
    ],
)
def test_a_rollback_brings_back_what_was_destroyed(
    bench: Bench, up: str, down: str, came_back: list[tuple[str, int]]
) -> None:
    before = bench.session.rows(ALL_DEALS)
    bench.up(up)
    put_back = bench.down(down)
    assert [(one.source, one.rows) for one in put_back] == came_back
    assert bench.session.rows(ALL_DEALS) == before
    # What was made anew goes on counting behind what came back.
    assert bench.session.value("INSERT INTO tenant_a.deals (title) VALUES ('next') RETURNING id") == 6
    # What is there again is not put back once more.
    assert bench.down("SELECT 1") == ()


def test_what_was_deleted_by_others_since_then_does_not_come_back(bench: Bench) -> None:
    bench.up("DELETE FROM deals WHERE id = 1")
    bench.session.run(
        "DELETE FROM tenant_a.deals WHERE id = 2; INSERT INTO tenant_a.deals (id, title) VALUES (1, 'new')"
    )
    [one] = bench.down("SELECT 1")
    said = f"0 rows are back in deals (rows); 1 of the 1 in the copy are gone or there again; the copy is {one.copy}"
    assert str(one) == said
    assert bench.session.rows("SELECT id, title FROM tenant_a.deals ORDER BY id LIMIT 2") == [(1, "new"), (3, "deal 3")]


def test_values_of_another_type_are_kept_and_not_put_back_unasked(bench: Bench) -> None:
    bench.up('ALTER TABLE deals ALTER "odd col" TYPE int USING ("odd col" ->> 0)::int % 2')
    [one] = bench.down('ALTER TABLE deals ALTER "odd col" TYPE jsonb USING jsonb_build_array("odd col")')
    assert (one.rows, one.reason) == (None, "values may have changed since then: compare before you put them back")
    assert bench.session.value(f'SELECT "odd col" FROM {one.copy} WHERE id = 4') == [4]


@pytest.mark.parametrize(
    ("up", "below", "reason"),
    [
        ("DROP TABLE deals CASCADE", 1, "it has 16 kB, more than undo.below"),
        ("DELETE FROM notes", 1_000_000, "it has no key that stays, to put anything back by"),
        ("ALTER TABLE deals DROP COLUMN id", 1_000_000, "it has no key that stays, to put anything back by"),
        (
            "CREATE TABLE tenant_a.more () INHERITS (tenant_a.owners); ALTER TABLE owners DROP COLUMN name",
            1_000_000,
            "other tables inherit from it, and its keys do not count for them",
        ),
        ("DELETE FROM texts", 1_000_000, "it is no table"),
    ],
    ids=["too big", "no key", "the key itself", "a table that others inherit from", "a view"],
)
def test_the_history_says_why_there_is_no_copy(bench: Bench, up: str, below: int, reason: str) -> None:
    before, _, text = up.rpartition(";")
    bench.session.run(f"CREATE VIEW tenant_a.texts AS SELECT text FROM tenant_a.notes; {before}")
    bench.up(text, replace(KEEPING, below=below))
    [row] = bench.copies()
    assert row[-1] == reason
    [one] = bench.down("SELECT 1")
    assert (one.rows, one.copy, one.reason) == (None, None, reason)


TYPED = """
CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE COLLATION plain FROM "C"; CREATE DOMAIN code AS text COLLATE plain;
CREATE TABLE typed (mood mood, code code, moods mood[], name text COLLATE plain, PRIMARY KEY (mood, code));
"""
TYPES_GONE = "DROP DOMAIN code; DROP COLLATION plain; DROP TYPE mood"


@pytest.mark.parametrize(
    ("up", "down"),
    [
        ("DROP TABLE typed; " + TYPES_GONE, TYPED),
        ("ALTER TABLE typed DROP COLUMN moods, DROP COLUMN name", "ALTER TABLE typed ADD moods mood[], ADD name text"),
        ("DELETE FROM typed WHERE mood = 'bad'", "SELECT 1"),
    ],
    ids=["a table and its types", "columns", "rows"],
)
def test_a_copy_keeps_no_type_of_the_tenants_from_being_dropped(bench: Bench, up: str, down: str) -> None:
    bench.session.run(
        f"SET search_path = tenant_a; {TYPED}"
        "INSERT INTO typed VALUES ('good', 'x', '{good,bad}', 'one'), ('bad', 'y', NULL, 'two'); RESET search_path"
    )
    rows = "SELECT typed::text FROM tenant_a.typed ORDER BY mood"
    before = bench.session.rows(rows)
    bench.up(up)
    assert [one.reason for one in bench.down(down)] == [None]
    assert bench.session.rows(rows) == before
    bench.session.run(f"SET search_path = tenant_a; DROP TABLE typed; {TYPES_GONE}; RESET search_path")


def test_rows_that_a_delete_takes_along_come_back_with_those_they_refer_to(bench: Bench) -> None:
    bench.session.run(
        "CREATE TABLE tenant_a.parts (id int PRIMARY KEY, deal int REFERENCES tenant_a.deals ON DELETE CASCADE);"
        "INSERT INTO tenant_a.parts VALUES (7, 1), (8, 1), (9, 5)"
    )
    bench.up("DELETE FROM deals WHERE id < 3")
    assert [(row[1], row[3]) for row in bench.copies()] == [("deals", 2), ("parts", 2)]
    assert [(one.source, one.rows) for one in bench.down("SELECT 1")] == [("deals", 2), ("parts", 2)]
    assert bench.session.rows("SELECT * FROM tenant_a.parts ORDER BY id") == [(7, 1), (8, 1), (9, 5)]


def test_no_trigger_changes_or_notes_what_comes_back(bench: Bench) -> None:
    bench.session.run(
        "SET search_path = tenant_a; CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO notes VALUES ('stamped'); NEW.title := 'stamped'; RETURN NEW; END $$;"
        "CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION stamp();"
        "ALTER TABLE deals ENABLE ALWAYS TRIGGER stamp; RESET search_path"
    )
    before = bench.session.rows(ALL_DEALS)
    bench.up('DELETE FROM deals WHERE id = 1; ALTER TABLE deals DROP COLUMN "odd col"')
    bench.down('ALTER TABLE deals ADD COLUMN "odd col" jsonb')
    assert bench.session.rows("SELECT * FROM tenant_a.notes") == [("x",)]
    assert bench.session.rows(ALL_DEALS) == before
    assert bench.session.value("SELECT tgenabled::text FROM pg_trigger WHERE tgname = 'stamp'") == "A"


def test_a_key_that_may_be_checked_later_is_one_as_well(bench: Bench) -> None:
    bench.session.run(
        "CREATE TABLE tenant_a.codes (code text PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, note text, owner int"
        " REFERENCES tenant_a.owners DEFERRABLE INITIALLY DEFERRED); INSERT INTO tenant_a.codes VALUES ('a', 'x', 1);"
        "CREATE TRIGGER same BEFORE UPDATE ON tenant_a.codes FOR EACH ROW"
        " EXECUTE FUNCTION suppress_redundant_updates_trigger()"
    )
    bench.up("DELETE FROM codes")
    assert [(one.rows, one.reason) for one in bench.down("SELECT 1")] == [(1, None)]


@pytest.mark.parametrize(
    "key", ["PRIMARY KEY (id) INCLUDE (left_out)", "UNIQUE (id), CHECK (true)"], ids=["with more in it", "unique"]
)
def test_rows_are_found_by_the_columns_of_a_key_alone(bench: Bench, key: str) -> None:
    bench.session.run(
        f"CREATE TABLE tenant_a.keyed (id int NOT NULL, left_out int, name text, {key});"
        "INSERT INTO tenant_a.keyed VALUES (1, NULL, 'one')"
    )
    bench.up("ALTER TABLE keyed DROP COLUMN name")
    assert [one.rows for one in bench.down("ALTER TABLE keyed ADD COLUMN name text")] == [1]
    assert bench.session.rows("SELECT * FROM tenant_a.keyed") == [(1, None, "one")]


def test_what_does_not_fit_stays_in_its_copy_and_the_rollback_goes_on(bench: Bench) -> None:
    bench.up('ALTER TABLE deals DROP COLUMN "odd col"; DELETE FROM owners WHERE id > 9')
    back = bench.down('ALTER TABLE deals ADD COLUMN "odd col" int')
    unlike = 'column "odd col" is of type integer but expression is of type jsonb'
    assert list(map(str, back)) == [
        "0 rows are back in owners (rows)",
        f"deals (column) did not come back: {unlike}; the copy is {back[1].copy}",
    ]
    assert bench.session.value(f"SELECT count(*) FROM {back[1].copy}") == 5


def test_what_an_earlier_run_left_in_its_copies_is_not_put_back(bench: Bench) -> None:
    bench.up('ALTER TABLE deals DROP COLUMN "odd col"')
    [left] = bench.down('ALTER TABLE deals ADD COLUMN "odd col" int')
    assert left.rows is None
    bench.session.run(
        'ALTER TABLE tenant_a.deals DROP COLUMN "odd col";'
        'ALTER TABLE tenant_a.deals ADD COLUMN "odd col" jsonb DEFAULT \'"mended"\''
    )
    bench.context = replace(bench.context, run_id="9a1b8e63-2d2e-4e8f-8a53-7a1a4d7a2c22")
    bench.up('ALTER TABLE deals DROP COLUMN "odd col"')
    assert [one.rows for one in bench.down('ALTER TABLE deals ADD COLUMN "odd col" jsonb')] == [5]
    assert bench.session.rows('SELECT DISTINCT "odd col" FROM tenant_a.deals') == [("mended",)]


def test_nothing_is_copied_when_it_is_off_or_when_nothing_was_there(bench: Bench) -> None:
    bench.up("DELETE FROM deals", replace(KEEPING, below=0))
    bench.up("CREATE TABLE fresh (id int PRIMARY KEY); DROP TABLE fresh; DROP TABLE IF EXISTS never_was")
    assert bench.copies() == []


def test_a_migration_that_fails_leaves_no_copy(bench: Bench) -> None:
    with pytest.raises(Exception, match="division by zero"):
        bench.up("DELETE FROM deals; SELECT 1 / 0")
    bench.session.rollback()
    assert bench.copies() == []
    assert bench.session.rows("SELECT 1 FROM pg_tables WHERE schemaname = 'sqlmig_undo'") == []


def test_no_copy_is_claimed_of_rows_that_policies_hide(
    bench: Bench, role: Callable[..., Role], connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    owner = role()
    admin = connect()
    admin.execute(
        f'ALTER SCHEMA tenant_a OWNER TO "{owner.name}"; ALTER TABLE tenant_a.deals OWNER TO "{owner.name}";'
        f"ALTER TABLE tenant_a.deals ENABLE ROW LEVEL SECURITY; ALTER TABLE tenant_a.deals FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY one ON tenant_a.deals USING (id = 1);"
        f'GRANT USAGE ON SCHEMA sqlmig TO "{owner.name}"; GRANT ALL ON ALL TABLES IN SCHEMA sqlmig TO "{owner.name}";'
        f'GRANT ALL ON SCHEMA sqlmig_undo TO "{owner.name}"'
    )
    with session(owner.url) as opened:
        bench.session = opened
        bench.up("DELETE FROM deals")
    reason = admin.execute("SELECT reason FROM sqlmig.undo").fetchall()
    assert reason == [
        ('the role may not read all of it: query would be affected by row-level security policy for table "deals"',)
    ]
    # Where the owner is not bound, all rows are copied.
    admin.execute("ALTER TABLE tenant_a.deals NO FORCE ROW LEVEL SECURITY")
    with session(owner.url) as opened:
        bench.session = opened
        bench.up("DELETE FROM deals")
    assert admin.execute("SELECT rows FROM sqlmig.undo WHERE reason IS NULL").fetchall() == [(4,)]


def test_nobody_else_can_read_a_copy(bench: Bench, role: Callable[..., Role]) -> None:
    bench.session.run(
        "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC;ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO PUBLIC"
    )
    bench.session.run("DROP SCHEMA sqlmig_undo")
    bench.session.run(history.bootstrap("sqlmig"))
    bench.up("DELETE FROM deals")
    copy = bench.session.value("SELECT 'sqlmig_undo.' || copy FROM sqlmig.undo")
    with session(role().url) as application, pytest.raises(Exception, match="permission denied for schema sqlmig_undo"):
        application.run(f"SELECT * FROM {copy}")


def test_copies_go_when_their_time_is_over(bench: Bench) -> None:
    bench.up("DELETE FROM deals", replace(KEEPING, seconds=-1))
    bench.up("DELETE FROM owners", KEEPING)
    assert undo.purge_undo(bench.session, "sqlmig") == 1
    assert [row[1] for row in bench.copies()] == ["owners"]
    assert bench.session.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'sqlmig_undo'") == 1


def test_the_guard_can_tell_copies_from_what_is_not_the_tenants(bench: Bench) -> None:
    bench.up("DELETE FROM deals")
    owned = bench.session.rows(
        "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE sqlmig.undo_owns(c.oid) ORDER BY 1"
    )
    copy = bench.session.value("SELECT copy FROM sqlmig.undo")
    tables = ("undo", "undo_pkey", "undo_target_idx", "undo_undo_id_seq")
    assert [name for (name,) in owned] == [*(f"sqlmig.{table}" for table in tables), f"sqlmig_undo.{copy}"]
