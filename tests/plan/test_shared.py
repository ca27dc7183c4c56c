"""What a tenant's statements touch that all tenants share, by their text."""

import subprocess
import sys

import pytest

from sharing import NOT_TOUCHING, TOUCHING
from sqlmig.plan.shared import shared_objects
from sqlmig.sql.schema.state import SchemaState
from sqlmig.sql.statements import split

NAMES = {"s": "tenant_a", "app": "deal_app", "app2": "deal_admin", "db": "deals"}


def filled(text):
    for name, value in NAMES.items():
        text = text.replace("{" + name + "}", value)
    return text


def shared(text, **options):
    return shared_objects(split(filled(text)), "tenant_a", ("extensions",), **options)


@pytest.mark.parametrize(("statement", "words"), TOUCHING, ids=[case[0] for case in TOUCHING])
def test_what_all_tenants_share_is_named(statement, words):
    assert shared(statement) == (filled(words),)


@pytest.mark.parametrize("statement", NOT_TOUCHING)
def test_what_is_the_tenants_own_is_not_named(statement):
    assert shared(statement) == ()


@pytest.mark.parametrize("statement", [*NOT_TOUCHING, "CREATE ROLE {app}_{s}"])
def test_without_its_schema_written_a_name_is_the_tenants_own(statement):
    assert shared(statement.replace("{s}.", "")) == ()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("CREATE EXTENSION vector", "extension vector"),
        ("CREATE EXTENSION IF NOT EXISTS vector", "extension vector"),
        ("ALTER EXTENSION vector UPDATE", "extension vector"),
        ("CREATE ROLE deal_reader", "role deal_reader"),
        ("CREATE ROLE app_tenant_a1", "role app_tenant_a1"),
        ("ALTER SYSTEM SET work_mem = '5MB'", "configuration of the server"),
        ("REASSIGN OWNED BY a TO b", "REASSIGN OWNED BY a"),
        ("CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p", "subscription s"),
        ("VACUUM", "VACUUM of the whole database"),
        ("ANALYZE", "ANALYZE of the whole database"),
        ("REINDEX DATABASE", "REINDEX of the whole database"),
        ("REINDEX SCHEMA core", "REINDEX of schema core"),
        ("CLUSTER core.c USING i", "table core.c is clustered"),
        ("LOCK TABLE core.c IN SHARE MODE", "LOCK TABLE core.c"),
        ("MERGE INTO core.plans p USING n ON p.id = n.id WHEN MATCHED THEN DELETE", "rows of core.plans"),
        ("COPY core.c FROM STDIN", "rows of core.c"),
        ("WITH gone AS (DELETE FROM core.c RETURNING id) SELECT * FROM gone", "rows of core.c"),
        ("DROP POLICY p ON core.c", "policy on core.c"),
        ("DROP RULE r ON core.c", "rule r of core.c is dropped"),
        ('COMMENT ON CONSTRAINT "Odd" ON core.c IS NULL', 'COMMENT ON constraint "Odd" of core.c'),
        ("CALL core.tidy()", "something in core, in a statement that could not be read"),
    ],
)
def test_what_two_sessions_cannot_be_shown_is_named_too(statement, words):
    assert shared(statement) == (words,)


@pytest.mark.parametrize(
    "statement",
    [
        "CALL tidy()",
        "REINDEX SCHEMA tenant_a",
        "LOCK TABLE core.c IN ROW SHARE MODE",
        "ALTER ROLE app_tenant_a SET work_mem = '4MB'",
        "GRANT app_tenant_a TO deal_app",
        "SET LOCAL work_mem = '4MB'",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'UPDATE core.plans SET x = 1'",
        "",
    ],
)
def test_what_two_sessions_cannot_be_shown_is_left_alone_too(statement):
    assert shared(statement) == ()


def test_each_thing_is_named_once_in_the_order_of_the_text():
    text = "CREATE EXTENSION x; UPDATE core.plans SET x = 1; DELETE FROM core.plans; CREATE EXTENSION x"
    assert shared(text) == ("extension x", "rows of core.plans")


def test_a_name_without_a_schema_is_where_the_file_made_it():
    assert shared("CREATE TABLE extensions.codes (id int); TRUNCATE codes") == (
        "table extensions.codes is made",
        "TRUNCATE extensions.codes",
    )
    assert shared("CREATE TABLE core.codes (id int); TRUNCATE codes") == ("table core.codes is made",)


DROPS_A_KEY = [
    "DROP TABLE deals",
    "ALTER TABLE deals DROP CONSTRAINT plan",
    "ALTER TABLE deals DROP COLUMN plan_id",
    "ALTER TABLE deals ALTER COLUMN plan_id TYPE bigint",
]


@pytest.mark.parametrize("statement", DROPS_A_KEY)
def test_a_foreign_key_that_goes_is_seen_when_the_file_or_the_schema_before_it_tells_of_it(statement):
    from sqlmig.sql.parser import parse
    from sqlmig.sql.replay import replay_all

    makes = "CREATE TABLE deals (id int PRIMARY KEY, plan_id int CONSTRAINT plan REFERENCES core.plans)"
    (operation,) = parse(split(makes)[0])
    before = replay_all(SchemaState(home="tenant_a"), [operation])
    assert shared(statement) == ()
    assert [words.rpartition(" ")[2] for words in shared(statement, before=before)] == ["core.plans"]
    assert shared(f"{makes}; {statement}")[0] == "foreign key to core.plans"


UNREADABLE = "ALTER TABLE deals FROBNICATE plans.id WITH core.thing"


def test_in_what_cannot_be_read_only_schemas_that_are_known_count():
    unread = "something in {}, in a statement that could not be read"
    assert shared(UNREADABLE) == (unread.format("core"), unread.format("plans"))
    assert shared(UNREADABLE, shared_schemas={"core", "tenant_a"}) == (unread.format("core"),)
    assert shared("FROBNICATE deals SET x = tenant_a.y", shared_schemas={"core"}) == ()


@pytest.mark.parametrize(
    "body",
    [
        "DO $$ BEGIN EXECUTE format('ALTER TABLE %I.plans ADD COLUMN z int', 'core'); END $$",
        "DO LANGUAGE plpython3u $$ plpy.execute('UPDATE core.plans SET x = 1') $$",
        "DO LANGUAGE plpython3u $$ plpy.execute(\"UPDATE core.plans SET name = 'it''s' $$",
    ],
    ids=["a schema as a value", "another language", "not even tokens"],
)
def test_a_shared_schema_is_found_in_bodies_that_cannot_be_read(body):
    words = ("something in core, in a statement that could not be read",)
    assert shared(body, shared_schemas={"core"}) == words


def test_asking_costs_the_parser_only_when_there_is_something_to_ask():
    code = (
        "import sys\n"
        "from sqlmig.plan.shared import shared_objects\n"
        "assert shared_objects((), 'tenant_a') == ()\n"
        "assert 'sqlmig.sql.parser' not in sys.modules and 'sqlmig.sql.operations' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
