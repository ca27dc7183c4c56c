"""Fingerprints: equal for the same schema under any name, different for every change, and the change is named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from proxy import Fate, proxy_in_front_of
from servers import Database
from sqlmig.catalog import fingerprint_reads
from sqlmig.catalog.difference import Difference, differences
from sqlmig.catalog.fingerprint import Aspect, Fingerprint, fingerprints, parts
from sqlmig.db.composing import compose
from sqlmig.db.session import Session, session

OBJECTS = """
    CREATE TYPE mood AS ENUM ('calm', 'busy');
    CREATE DOMAIN code AS text CHECK (value <> '');
    CREATE TYPE pair AS (one integer, other mood);
    CREATE TYPE span AS RANGE (subtype = float8);
    CREATE SEQUENCE numbers;
    CREATE TABLE people (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text NOT NULL CONSTRAINT people_name_check CHECK (name <> ''),
        state mood DEFAULT 'calm',
        states mood[],
        short code,
        number bigint DEFAULT nextval('numbers'),
        whose text DEFAULT '{name}',
        twice text GENERATED ALWAYS AS (name || name) STORED
    );
    CREATE TABLE deals (id serial PRIMARY KEY, person integer, value numeric(10, 2), note text);
    ALTER TABLE deals ADD CONSTRAINT deals_person_fkey FOREIGN KEY (person) REFERENCES people;
    CREATE INDEX deals_note_idx ON deals (note) WHERE value > 0;
    CREATE STATISTICS deals_stats ON person, value FROM deals;
    CREATE TABLE parted (id integer, at date) PARTITION BY RANGE (at);
    CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
    CREATE VIEW deal_list AS SELECT p.name, d.value FROM deals AS d JOIN people AS p ON p.id = d.person;
    CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS deals FROM deals;
    CREATE FUNCTION label(state mood) RETURNS text LANGUAGE sql SET search_path = {schema}, pg_temp
        AS $$ SELECT name FROM {schema}.people LIMIT 1 $$;
    CREATE FUNCTION of_deals() RETURNS SETOF deals LANGUAGE sql BEGIN ATOMIC SELECT * FROM deals; END;
    CREATE PROCEDURE tidy() LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'TRUNCATE {within}.deals'; END $$;
    CREATE AGGREGATE total(integer) (sfunc = int4pl, stype = integer, initcond = '0');
    CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
    CREATE TRIGGER noted AFTER UPDATE ON deals FOR EACH ROW WHEN (new.value > 0) EXECUTE FUNCTION noted();
    CREATE RULE kept AS ON DELETE TO people DO INSTEAD NOTHING;
    ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON deals USING (person IN (SELECT people.id FROM people)) WITH CHECK (true);
    COMMENT ON COLUMN deals.note IS 'a note of {name}';
    COMMENT ON INDEX deals_note_idx IS 'by note';
"""


@pytest.fixture
def opened(database: Database) -> Iterator[Session]:
    with session(database.url) as opened:
        yield opened


def make(opened: Session, name: str, further: str = "") -> None:
    """A schema with one object of each kind."""
    quoted = compose("{name}", name=name).as_string()
    text = OBJECTS.format(name=name.replace("'", "''"), schema=quoted, within=quoted.replace("'", "''"))
    opened.run(compose("CREATE SCHEMA {name}; SET search_path = {name}", name=name))
    opened.run(f"{text};{further}")
    opened.run("RESET search_path")


def of(opened: Session, name: str) -> Fingerprint:
    return fingerprints(opened, [name])[name]


@pytest.mark.parametrize(
    "name",
    ["beta", "alpha_1", "alph", "Alpha", "with space", 'a"quote', "o'brien", "back\\slash", "dot.ted", "ünïcödé", "d"],
)
def test_the_schemas_own_name_never_matters(opened: Session, name: str) -> None:
    make(opened, "alpha")
    make(opened, name)
    assert differences(opened, "alpha", name) == ()
    assert of(opened, "alpha") == of(opened, name)


def test_a_schema_that_is_called_like_a_table_in_it_is_the_same(opened: Session) -> None:
    make(opened, "alpha", "COMMENT ON COLUMN deals.note IS NULL")
    make(opened, "deals", "COMMENT ON COLUMN deals.note IS NULL; ALTER TABLE people ALTER whose SET DEFAULT 'deals'")
    assert differences(opened, "alpha", "deals") == ()


def test_the_name_of_another_schema_does_matter(opened: Session) -> None:
    make(opened, "alpha")
    make(opened, "alpha_1")
    opened.run("ALTER TABLE alpha_1.deals DROP CONSTRAINT deals_person_fkey")
    opened.run(
        "ALTER TABLE alpha_1.deals ADD CONSTRAINT deals_person_fkey FOREIGN KEY (person) REFERENCES alpha.people"
    )
    assert differences(opened, "alpha", "alpha_1") == (
        Difference(
            Aspect.CONSTRAINTS,
            "constraint deals.deals_person_fkey",
            "FOREIGN KEY (person) REFERENCES people(id)",
            "FOREIGN KEY (person) REFERENCES alpha.people(id)",
        ),
    )


CHANGES = [
    ("a column", "ALTER TABLE deals ADD COLUMN extra text", "columns: column deals.extra"),
    ("a type", "ALTER TABLE people ALTER whose TYPE varchar(9)", "columns: column people.whose"),
    ("not null", "ALTER TABLE deals ALTER note SET NOT NULL", "columns: column deals.note"),
    ("a storage option", "ALTER TABLE deals SET (fillfactor = 50)", "columns: table deals"),
    ("storage", "ALTER TABLE deals ALTER note SET STORAGE EXTERNAL", "columns: column deals.note"),
    ("a statistics target", "ALTER TABLE deals ALTER note SET STATISTICS 7", "columns: column deals.note"),
    ("replica identity", "ALTER TABLE deals REPLICA IDENTITY FULL", "columns: table deals"),
    ("unlogged", "ALTER TABLE deals SET UNLOGGED", "columns: table deals"),
    ("a partition detached", "ALTER TABLE parted DETACH PARTITION parted_1", "columns: table parted_1"),
    ("a security option", "ALTER VIEW deal_list SET (security_barrier = true)", "columns: view deal_list"),
    ("a default", "ALTER TABLE people ALTER state SET DEFAULT 'busy'", "defaults: column people.state"),
    ("no default", "ALTER TABLE people ALTER number DROP DEFAULT", "defaults: column people.number"),
    (
        "no check",
        "ALTER TABLE people DROP CONSTRAINT people_name_check",
        "constraints: constraint people.people_name_check",
    ),
    ("not valid", "ALTER TABLE deals ADD CONSTRAINT c CHECK (value > 0) NOT VALID", "constraints: constraint deals.c"),
    ("a domain's check", "ALTER DOMAIN code DROP CONSTRAINT code_check", "constraints: constraint code.code_check"),
    ("no index", "DROP INDEX deals_note_idx", "indexes: index deals_note_idx"),
    ("clustered", "ALTER TABLE deals CLUSTER ON deals_pkey", "indexes: index deals_pkey"),
    ("no statistics", "DROP STATISTICS deals_stats", "indexes: statistics deals_stats"),
    ("a sequence's step", "ALTER SEQUENCE numbers INCREMENT BY 10", "sequences: sequence numbers"),
    ("identity", "ALTER TABLE people ALTER id SET GENERATED BY DEFAULT", "sequences: sequence people_id_seq"),
    ("an enum's label", "ALTER TYPE mood ADD VALUE 'angry' BEFORE 'busy'", "types: type mood"),
    ("a domain's default", "ALTER DOMAIN code SET DEFAULT 'x'", "types: domain code"),
    ("a composite", "ALTER TYPE pair ADD ATTRIBUTE third text", "types: type pair"),
    ("a body", "CREATE OR REPLACE PROCEDURE tidy() LANGUAGE sql AS 'SELECT 1'", "functions: procedure tidy()"),
    ("volatility", "ALTER FUNCTION label STABLE", "functions: function label(state mood)"),
    ("security definer", "ALTER FUNCTION noted SECURITY DEFINER", "functions: function noted()"),
    ("a trigger off", "ALTER TABLE deals DISABLE TRIGGER noted", "triggers: trigger deals.noted"),
    ("no rule", "DROP RULE kept ON people", "triggers: rule people.kept"),
    (
        "a view",
        "CREATE OR REPLACE VIEW deal_list AS SELECT p.name, d.value FROM deals AS d, people AS p",
        "views: view deal_list",
    ),
    ("row security off", "ALTER TABLE deals DISABLE ROW LEVEL SECURITY", "policies: table deals"),
    ("forced", "ALTER TABLE deals FORCE ROW LEVEL SECURITY", "policies: table deals"),
    ("a policy", "ALTER POLICY own ON deals USING (true)", "policies: policy deals.own"),
    ("a policy's role", "ALTER POLICY own ON deals TO pg_monitor", "policies: policy deals.own"),
    ("a grant", "GRANT SELECT ON deals TO pg_monitor", "grants: table deals"),
    ("a grant on a column", "GRANT UPDATE (note) ON deals TO PUBLIC", "grants: column deals.note"),
    ("a grant on the schema", "GRANT USAGE ON SCHEMA {schema} TO PUBLIC", "grants: schema"),
    ("execute taken", "REVOKE EXECUTE ON FUNCTION noted FROM PUBLIC", "grants: function noted()"),
    (
        "default privileges",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO pg_monitor",
        "grants: default privileges of owner on tables",
    ),
    ("a comment", "COMMENT ON TABLE deals IS 'deals'", "comments: table deals"),
    ("a column's comment", "COMMENT ON COLUMN deals.note IS 'other'", "comments: column deals.note"),
    ("an index's comment", "COMMENT ON INDEX deals_note_idx IS NULL", "comments: index deals_note_idx"),
    ("a composite's comment", "COMMENT ON TYPE pair IS 'two'", "comments: type pair"),
    ("a composite's column's comment", "COMMENT ON COLUMN pair.one IS 'one'", "comments: column pair.one"),
    ("a view's column's comment", "COMMENT ON COLUMN totals.deals IS 'all'", "comments: column totals.deals"),
    (
        "a constraint's comment",
        "COMMENT ON CONSTRAINT people_name_check ON people IS 'c'",
        "comments: constraint people.people_name_check",
    ),
    ("a domain's", "COMMENT ON CONSTRAINT code_check ON DOMAIN code IS 'c'", "comments: constraint code.code_check"),
    ("a trigger's comment", "COMMENT ON TRIGGER noted ON deals IS 'c'", "comments: trigger deals.noted"),
    ("a rule's comment", "COMMENT ON RULE kept ON people IS 'c'", "comments: rule people.kept"),
    ("a policy's comment", "COMMENT ON POLICY own ON deals IS 'c'", "comments: policy deals.own"),
    ("the comment of statistics", "COMMENT ON STATISTICS deals_stats IS 'c'", "comments: statistics deals_stats"),
    ("a function's comment", "COMMENT ON FUNCTION noted IS 'c'", "comments: function noted()"),
    ("the schema's comment", "COMMENT ON SCHEMA {schema} IS 'c'", "comments: schema"),
    ("an option of toast", "ALTER TABLE deals SET (toast.autovacuum_enabled = off)", "columns: table deals"),
    ("identity by an index", "ALTER TABLE deals REPLICA IDENTITY USING INDEX deals_pkey", "columns: table deals"),
    ("a parent", "CREATE TABLE child () INHERITS (deals)", "columns: table child"),
    ("a collation", 'CREATE COLLATION swedish FROM "C"', "others: collation swedish"),
]


@pytest.mark.parametrize(("change", "named"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_every_change_is_seen_and_named(opened: Session, change: str, named: str) -> None:
    make(opened, "alpha")
    make(opened, "beta")
    opened.run("SET search_path = beta")
    opened.run(change.format(schema="beta"))
    opened.run("RESET search_path")
    found = [f"{one.aspect.value}: {one.object}" for one in differences(opened, "alpha", "beta")]
    assert named in found
    one, other = of(opened, "alpha"), of(opened, "beta")
    assert {aspect.value for aspect in one.differing(other)} == {text.partition(":")[0] for text in found}
    assert one.whole != other.whole


def test_an_invalid_index_is_not_the_valid_one(opened: Session) -> None:
    make(opened, "alpha")
    make(opened, "beta")
    opened.run("INSERT INTO beta.deals (note) VALUES ('a'), ('a')")
    opened.run("INSERT INTO alpha.deals (note) VALUES ('a')")
    opened.run("CREATE UNIQUE INDEX CONCURRENTLY once ON alpha.deals (note)")
    with pytest.raises(Exception, match="could not create unique index"):
        opened.run("CREATE UNIQUE INDEX CONCURRENTLY once ON beta.deals (note)")
    found = differences(opened, "alpha", "beta")
    assert [(one.aspect, one.object) for one in found] == [(Aspect.INDEXES, "index once")]
    assert found[0].other == f"{found[0].one} invalid not ready"


def test_an_owner_is_told_apart_and_portable_leaves_him_out(opened: Session, database: Database) -> None:
    make(opened, "alpha")
    make(opened, "beta")
    role = f"owner_{database.name}"
    database.roles.append(role)
    opened.run(compose("CREATE ROLE {role}; GRANT {role} TO CURRENT_USER", role=role))
    opened.run(compose("GRANT ALL ON SCHEMA beta TO {role}; ALTER VIEW beta.deal_list OWNER TO {role}", role=role))
    opened.run(compose("REVOKE ALL ON SCHEMA beta FROM {role}", role=role))
    one, other = of(opened, "alpha"), of(opened, "beta")
    assert one.differing(other) == (Aspect.OWNERS,)
    assert differences(opened, "alpha", "beta")[0].other == role
    assert one.whole != other.whole
    assert one.portable == other.portable


def test_the_order_of_columns_is_an_aspect_of_its_own_that_whole_leaves_out(opened: Session) -> None:
    opened.run("CREATE SCHEMA one; CREATE TABLE one.deals (a text, b text)")
    opened.run("CREATE SCHEMA two; CREATE TABLE two.deals (b text, a text)")
    one, other = of(opened, "one"), of(opened, "two")
    assert one.differing(other) == (Aspect.COLUMN_ORDER,)
    assert one.whole == other.whole
    assert differences(opened, "one", "two")[0].other == "b, a"


def test_columns_that_are_gone_and_the_order_of_making_do_not_count(opened: Session) -> None:
    opened.run("CREATE SCHEMA one; CREATE TABLE one.a (x int, y int); CREATE TABLE one.b (id int)")
    opened.run("CREATE SCHEMA two; CREATE TABLE two.b (id int); CREATE TABLE two.a (x int, gone int, y int)")
    opened.run("ALTER TABLE two.a DROP COLUMN gone")
    assert differences(opened, "one", "two") == ()


def test_what_belongs_to_an_extension_does_not_count(opened: Session) -> None:
    opened.run("CREATE SCHEMA one; CREATE TABLE one.a (x int)")
    aspects = {part.aspect for part in parts(opened, ["one"])["one"]}
    known = opened.rows("SELECT name FROM pg_available_extensions WHERE name IN ('vector', 'pg_trgm') ORDER BY 1")
    if not known:
        pytest.skip("the server has no extension that can be made in a schema")
    opened.run(compose("CREATE EXTENSION {name} SCHEMA one", name=known[0][0]))
    found = parts(opened, ["one"])["one"]
    assert {part.aspect for part in found} == aspects | {Aspect.OTHERS}
    assert [part.object for part in found if part.aspect is Aspect.OTHERS] == [f"extension {known[0][0]}"]


def test_all_schemas_at_once_give_what_each_gives_alone(opened: Session) -> None:
    make(opened, "alpha")
    make(opened, "beta", "ALTER TABLE deals ADD COLUMN extra text")
    opened.run("CREATE SCHEMA nothing_in_it")
    found = fingerprints(opened, None)
    assert {"alpha", "beta", "nothing_in_it", "public"} == found.keys()
    assert found["alpha"] == of(opened, "alpha")
    assert found["beta"] == of(opened, "beta") != found["alpha"]
    assert fingerprints(opened, ["not_there", "alpha"]).keys() == {"alpha"}
    assert fingerprints(opened, []) == {}


def test_a_fleet_is_read_in_pieces(opened: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["one", "two", "three", "four", "five"]
    for name in names:
        opened.run(compose("CREATE SCHEMA {name}; CREATE TABLE {name}.{name} (id int)", name=name))
    found = fingerprints(opened, names)
    monkeypatch.setattr(fingerprint_reads, "AT_ONCE", 2)
    assert fingerprints(opened, names) == found
    assert len({one.whole for one in found.values()}) == 5


def test_a_schema_is_read_as_it_was_at_one_moment(database: Database) -> None:
    with proxy_in_front_of(database) as proxy, session(proxy.url) as opened, session(database.url) as other:
        other.run("CREATE SCHEMA alpha; CREATE TABLE alpha.deals (id int)")
        before = of(other, "alpha")

        def change(text: str) -> Fate:
            if "pg_attrdef" in text:
                other.run("ALTER TABLE alpha.deals ADD COLUMN title text DEFAULT 'none', ADD CHECK (title <> '')")
            return Fate.PASS

        proxy.rule = change
        assert of(opened, "alpha") == before
        proxy.rule = lambda _text: Fate.PASS
        after = of(opened, "alpha")
    columns = (Aspect.COLUMNS, Aspect.DEFAULTS, Aspect.CONSTRAINTS, Aspect.COLUMN_ORDER)
    assert after.differing(before) == columns


def test_looking_changes_neither_the_transaction_nor_the_search_path(opened: Session) -> None:
    make(opened, "alpha")
    opened.run("BEGIN; SET LOCAL search_path = alpha; CREATE TABLE mine (id int)")
    assert Aspect.COLUMNS in of(opened, "alpha").aspects
    assert opened.value("SELECT current_setting('search_path')") == "alpha"
    assert opened.value("SELECT to_regclass('mine')") is not None
    opened.rollback()
    assert opened.value("SELECT current_setting('search_path')") == '"$user", public'
