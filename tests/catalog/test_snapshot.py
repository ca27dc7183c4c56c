"""Snapshots: what is made from one equals what was replayed; what cannot be kept is refused; nothing is left behind."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from commandline import Cli
from servers import Database, Server
from sessions import AT_THE_GATE, at_the_gate, gate_closed, until
from shop import CONFIG, FILES, Shop
from sqlmig.admin.snapshot import MadeSnapshot, Verdict, check_snapshot, make_snapshot
from sqlmig.api import Project
from sqlmig.backups.programs import find_program
from sqlmig.catalog.fingerprint import fingerprints
from sqlmig.catalog.shadow import PREFIX
from sqlmig.catalog.snapshot import Snapshot, compose_snapshot, read_snapshot
from sqlmig.db.composing import quoted
from sqlmig.db.conninfo import libpq_environment
from sqlmig.db.session import session
from sqlmig.errors import MigrationFailed, ProjectError, Refused, UsageError
from sqlmig.project.model import Tenant
from sqlmig.tenants.provision import provision

Connect = Callable[..., psycopg.Connection[Any]]
ROOT = Path(__file__).parents[2]
FILE = "sql/snapshot/tenant.sql"
RICH = """\
CREATE TYPE mood AS ENUM ('calm', 'busy');
CREATE SEQUENCE numbers START 5;
CREATE TABLE stages (
    id serial PRIMARY KEY,
    name text NOT NULL,
    state mood DEFAULT 'calm',
    number bigint DEFAULT nextval('numbers'),
    token uuid DEFAULT gen_random_uuid(),
    made timestamptz DEFAULT clock_timestamp(),
    whose text DEFAULT {{ schema | literal }},
    tags text[] DEFAULT '{{ '{{' }}a,b},{c,d}}'
);
CREATE TABLE links (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stage int REFERENCES stages, note text);
CREATE INDEX links_stage ON links (stage);
CREATE FUNCTION stage_count() RETURNS bigint LANGUAGE sql SET search_path = {{ schema | ident }}, pg_temp
    AS $$ SELECT count(*) FROM {{ schema | ident }}.stages WHERE name <> '{' $$;
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
INSERT INTO stages (name) VALUES ('won'), ('lo''st'), ('back\\slash');
INSERT INTO links (stage, note) VALUES (2, '{{ schema }}'), (1, NULL);
CREATE TRIGGER noted BEFORE INSERT ON links FOR EACH ROW EXECUTE FUNCTION noted();
ALTER TABLE stages ENABLE ROW LEVEL SECURITY;
ALTER TABLE stages FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON stages USING (whose = {{ schema | literal }});
CREATE MATERIALIZED VIEW totals AS SELECT name FROM stages;
COMMENT ON TABLE links IS 'of {{ schema }}';
REVOKE EXECUTE ON FUNCTION noted() FROM PUBLIC;
GRANT SELECT, UPDATE (note) ON links TO pg_monitor WITH GRANT OPTION;
ALTER TABLE deals DROP COLUMN title;
ALTER TABLE deals ADD COLUMN name text;
"""


@pytest.fixture
def shop(tmp_path: Path, database_url: str, connect: Connect) -> Shop:
    made = Shop(tmp_path, database_url, connect())
    made.write(FILES)
    return made


def make(shop: Shop, **options: Any) -> MadeSnapshot:
    return make_snapshot(shop.project(), shadow_url=shop.database_url, **options)


def kept(shop: Shop) -> Snapshot | None:
    files = shop.project().files
    return read_snapshot(files, files.tenant_tracks[0])


def made_from(shop: Shop, snapshot: Snapshot, schema: str) -> None:
    """A tenant's schema from a snapshot, as `sqlmig tenant create` makes one, with the id of another tenant."""
    files = shop.project().files
    with session(shop.database_url) as opened:
        tenant = Tenant("1", schema, schema, {})
        opened.run("BEGIN")
        provision(opened, files, tenant)
        opened.set_local({"search_path": quoted(schema, *files.config.search_path)})
        opened.run(files.templates.render(snapshot.script, files.scope(schema, tenant)).text)
        opened.run("COMMIT")


def shadows(shop: Shop) -> list[object]:
    return [row[0] for row in shop.sql("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", PREFIX)]


@pytest.mark.parametrize("schema", ["tenant_new", 'O\'Hara & "Sons"'])
def test_a_tenant_made_from_it_equals_one_that_replayed_every_file(shop: Shop, schema: str) -> None:
    shop.pair("tenant", "0002_rich", RICH)
    shop.write({"sql/tenant/repeatable/names.sql": "CREATE OR REPLACE VIEW names AS SELECT name FROM stages;\n"})
    snapshot = make(shop).snapshot
    assert kept(shop) == snapshot
    shop.with_tenants("acme")
    made_from(shop, snapshot, schema)
    with session(shop.database_url) as opened:
        found = fingerprints(opened, ["tenant_acme", schema])
    assert found[schema] == found["tenant_acme"]
    assert found[schema].portable == snapshot.fingerprint
    rows = "SELECT id, name, state, number, whose = %s, tags, token IS NOT NULL FROM {}.stages ORDER BY id"
    for one, name in (("tenant_acme", "tenant_acme"), (quoted(schema), schema)):
        assert [row[:5] for row in shop.sql(rows.format(one), name)] == [
            (1, "won", "calm", 5, True),
            (2, "lo'st", "calm", 6, True),
            (3, "back\\slash", "calm", 7, True),
        ]
        assert shop.sql(f"SELECT id, stage, note FROM {one}.links ORDER BY id") == [(1, 2, name), (2, 1, None)]
        assert shop.sql(f"SELECT nextval('{one.replace(chr(39), chr(39) * 2)}.numbers')") == [(8,)]
        assert shop.one(f"SELECT count(*) FROM {one}.totals") == 3
        assert shop.one(f"SELECT {one}.stage_count()") == 3
    tokens = shop.sql(f"SELECT token FROM tenant_acme.stages UNION SELECT token FROM {quoted(schema)}.stages")
    assert len(tokens) == 6


def test_pg_dump_says_the_same_of_both(shop: Shop) -> None:
    shop.pair("tenant", "0002_rich", RICH)
    snapshot = make(shop).snapshot
    shop.with_tenants("acme")
    made_from(shop, snapshot, "tenant_made")

    def dumped(schema: str) -> list[str]:
        program = find_program("pg_dump", snapshot.server)
        command = [str(program.path), "--schema-only", f"--schema={schema}"]
        environment = libpq_environment(shop.database_url)
        said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        lines = [line for line in said.replace(schema, "SCHEMA").split("\n") if "restrict " not in line]
        return sorted(lines)

    assert dumped("tenant_made") == dumped("tenant_acme")


def test_two_runs_give_the_same_bytes_and_no_shadow_is_left(shop: Shop) -> None:
    shop.pair("tenant", "0002_rich", RICH)
    assert make(shop).changed
    first = (shop.folder / FILE).read_bytes()
    assert not make(shop).changed
    assert (shop.folder / FILE).read_bytes() == first
    assert not re.search(rb"restrict|Dumped|sqlmig_shadow|20\d\d-", first)
    assert shadows(shop) == []


def test_the_example_project_has_one(shop: Shop, database: Database) -> None:
    if database.server.version < 15:
        pytest.skip("the example needs PostgreSQL 15")
    shutil.rmtree(shop.folder / "sql")
    shutil.copytree(ROOT / "sql", shop.folder / "sql")
    shutil.copy(ROOT / "sqlmig.yaml", shop.folder)
    made = make_snapshot(shop.project("ci"), shadow_url=database.url)
    text = made.snapshot.text
    assert made.reordered == ()
    assert made.snapshot.reads[0] == "vars.app_role"
    assert "{{ tenant.id | literal }}, 'Sourced', '10'" in text
    assert "REVOKE DELETE, INSERT, UPDATE ON TABLE audit_log FROM deal_app;" in text
    assert "SET search_path TO {{ schema | literal }}, 'pg_temp'" in text
    assert check_snapshot(shop.project("ci"), shadow_url=database.url).verdict is Verdict.CURRENT


def test_it_is_stale_when_a_migration_a_repeatable_or_a_variable_that_is_read_changes(shop: Shop) -> None:
    shop.pair("tenant", "0002_said", "COMMENT ON TABLE deals IS {{ vars.greeting | literal }};\n")
    snapshot = make(shop).snapshot
    assert snapshot.reads == ("vars.greeting",)
    assert kept(shop) == snapshot
    shop.write({"sqlmig.yaml": CONFIG.replace("hello}", "hello, other: 1}")})
    assert kept(shop) == snapshot
    shop.write({"sqlmig.yaml": CONFIG.replace("hello", "good day")})
    assert kept(shop) is None
    shop.write({"sqlmig.yaml": CONFIG, "sql/tenant/repeatable/v.sql": "CREATE OR REPLACE VIEW v AS SELECT 1 AS one;\n"})
    assert kept(shop) is None
    shop.write({"sql/tenant/repeatable/v.sql": None})
    assert kept(shop) == snapshot
    shop.pair("tenant", "0003_more", "SELECT 1;\n")
    assert kept(shop) is None


def test_it_is_stale_when_provision_or_what_that_reads_changes(shop: Shop) -> None:
    grant = "GRANT USAGE ON SCHEMA {{ schema | ident }} TO {{ vars.reader | ident }};\n"
    config = CONFIG.replace("hello}", "hello, reader: pg_monitor}")
    shop.write({"sqlmig.yaml": config, "sql/lifecycle/provision.sql": "CREATE SCHEMA {{ schema | ident }};\n" + grant})
    snapshot = make(shop).snapshot
    assert kept(shop) == snapshot
    assert "GRANT USAGE" not in snapshot.text
    shop.write({"sqlmig.yaml": config.replace("pg_monitor", "pg_read_all_data")})
    assert kept(shop) is None
    shop.write({"sqlmig.yaml": config, "sql/lifecycle/provision.sql": "CREATE SCHEMA {{ schema | ident }};\n"})
    assert kept(shop) is None


def test_the_environments_name_counts_when_it_is_read(shop: Shop) -> None:
    shop.pair("tenant", "0002_said", "COMMENT ON TABLE deals IS {{ env | literal }};\n")
    made = make_snapshot(shop.project("dev"), shadow_url=shop.database_url)
    assert made.snapshot.reads == ("env",)
    for environment, expected in (("dev", made.snapshot), ("prod", None)):
        files = shop.project(environment).files
        assert read_snapshot(files, files.tenant_tracks[0]) == expected


DAMAGES = [
    ("cut short", lambda text: text[:-30], 9, "what follows was changed after the snapshot was made"),
    ("edited", lambda text: text.replace("integer", "bigint"), 9, "what follows was changed"),
    ("no head", lambda text: text[text.index("SET") :], 2, "line 2 of a snapshot reads `-- track: ...`"),
    ("another format", lambda text: text.replace("format: 1", "format: 9"), 3, "format 9 is not known, only 1"),
    ("another track", lambda text: text.replace("track: tenant", "track: app"), 2, "the snapshot of track app"),
    ("in conflict", lambda text: text.replace("-- digest", "<<<<<<< HEAD\n-- digest"), 4, "line 4 of a snapshot"),
]


@pytest.mark.parametrize(("damage", "line", "said"), [row[1:] for row in DAMAGES], ids=[row[0] for row in DAMAGES])
def test_a_damaged_file_is_an_error_at_its_line(shop: Shop, damage: Callable[[str], str], line: int, said: str) -> None:
    text = make(shop).snapshot.text
    shop.write({FILE: damage(text)})
    with pytest.raises(ProjectError, match=re.escape(said)) as raised:
        kept(shop)
    assert str(raised.value).startswith(f"{FILE}:{line}: the snapshot is damaged: ")
    assert raised.value.next == "run `sqlmig snapshot`"


def test_line_ends_and_a_byte_order_mark_are_no_damage(shop: Shop) -> None:
    snapshot = make(shop).snapshot
    shop.write({FILE: b"\xef\xbb\xbf" + snapshot.text.replace("\n", "\r\n").encode()})
    assert kept(shop) == snapshot


REFUSALS = [
    (
        "a value without a default",
        "CREATE TABLE keys (id int, key uuid); INSERT INTO keys VALUES (1, gen_random_uuid());",
        r"column keys\.key has another value in each tenant, and no default: '[0-9a-f-]{36}' in one, '",
    ),
    (
        "another number of rows",
        "CREATE TABLE n (i int); INSERT INTO n SELECT 1 FROM core.tenants;",
        r"migrations leave 1 rows in table n of one tenant, and 2 in another's",
    ),
    (
        "objects by id",
        "CREATE TABLE {{ ('t' ~ tenant.id) | ident }} (i int);",
        (
            r"two tenants that ran the same files differ in column t1\.i \(columns\), .* and \d+ more; what they"
            r" read of the tenant stands in sql/tenant/0002_it\.up\.sql"
        ),
    ),
    (
        "kinds of tenants",
        "{% if tenant.tier == 'trial' %}CREATE TABLE t (i int);{% endif %}",
        r"sql/tenant/0002_it\.up\.sql reads tenant\.tier, which is another for each tenant",
    ),
    (
        "work elsewhere",
        "-- sqlmig: touches core.tenants\nUPDATE core.tenants SET tier = 'x';",
        r"sql/tenant/0002_it\.up\.sql touches core\.tenants, outside of the tenant's schema",
    ),
]


@pytest.mark.parametrize(("up", "said"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS])
def test_what_no_script_can_give_every_tenant_is_refused(shop: Shop, up: str, said: str) -> None:
    shop.pair("tenant", "0002_it", up + "\n")
    with pytest.raises(Refused, match=f"^no snapshot can be made: {said}") as raised:
        make(shop)
    assert raised.value.state == "nothing was written"
    assert raised.value.next
    assert not (shop.folder / FILE).exists()
    assert shadows(shop) == []


def test_objects_that_provision_makes_are_refused(shop: Shop) -> None:
    shop.write({"sql/lifecycle/provision.sql": "CREATE SCHEMA {{ schema | ident }} CREATE TABLE first (id int);\n"})
    with pytest.raises(Refused, match=r"provision\.sql makes columns in the tenant's schema itself"):
        make(shop)


def test_a_day_that_a_default_gives_is_left_to_it_and_one_that_is_written_stays(shop: Shop) -> None:
    days = "CREATE TABLE days (id int, day date DEFAULT current_date, at date DEFAULT now());\n"
    shop.pair(
        "tenant", "0002_days", f"{days}INSERT INTO days (id) VALUES (1); INSERT INTO days VALUES (2, '2001-02-03');"
    )
    text = make(shop).snapshot.text
    assert "INSERT INTO days (id, day) VALUES\n    ('1', DEFAULT),\n    ('2', '2001-02-03');" in text


def test_seed_rows_are_no_part_of_it(shop: Shop) -> None:
    shop.write({"sql/lifecycle/seed.sql": "INSERT INTO {{ schema | ident }}.deals VALUES (1, 'first');\n"})
    assert "INSERT" not in make(shop).snapshot.text


def test_rights_that_default_privileges_give_are_not_given_twice_and_others_are_taken(shop: Shop) -> None:
    grant = "ALTER DEFAULT PRIVILEGES IN SCHEMA {{ schema | ident }} GRANT SELECT, INSERT ON TABLES TO pg_monitor;\n"
    shop.write({"sql/lifecycle/provision.sql": "CREATE SCHEMA {{ schema | ident }};\n" + grant})
    shop.pair("tenant", "0002_log", "CREATE TABLE log (id int); REVOKE INSERT ON log FROM pg_monitor;\n")
    text = make(shop).snapshot.text
    assert re.findall(r"^(?:GRANT|REVOKE).*", text, re.MULTILINE) == ["REVOKE INSERT ON TABLE log FROM pg_monitor;"]


def test_values_for_the_lifecycle_files_name_each_shadow_tenant(shop: Shop) -> None:
    register = FILES["sql/lifecycle/register.sql"].replace("tenant.slug | literal", "tenant.name | literal")
    query = "SELECT id, schema_name AS slug, schema_name AS schema FROM core.tenants"
    shop.write({"sql/lifecycle/register.sql": register})
    shop.write({"sqlmig.yaml": re.sub(r"query: .*", f"query: {query}", CONFIG)})
    with pytest.raises(ProjectError, match="the tenant has no column 'name'"):
        make(shop)
    make(shop, values={"name": "called {slug}"})


@pytest.mark.parametrize(
    "tenants", ["{schemas: 'tenant_*'}", "{list: [{slug: acme, schema: tenant_acme}]}"], ids=["a pattern", "a list"]
)
def test_registries_of_other_kinds_have_one_too(shop: Shop, tenants: str) -> None:
    shop.write({"sqlmig.yaml": re.sub(r"tenants:\n  query: .*", f"tenants: {tenants}", CONFIG)})
    shop.write({"sql/lifecycle/register.sql": None})
    assert "CREATE TABLE deals" in make(shop).snapshot.text


def test_schemas_whose_names_have_quotes_have_one_too(shop: Shop) -> None:
    function = (
        "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql SET search_path = {{ schema | ident }} AS $$ SELECT 1 $$;\n"
    )
    shop.pair("tenant", "0002_f", function)
    shop.write({"sqlmig.yaml": CONFIG.replace("tenants:\n", "tenants:\n  schema_name: 'te\"n {slug}'\n")})
    assert "CREATE TABLE deals" in make(shop).snapshot.text


def test_several_tenant_tracks_cannot_be_told_apart(shop: Shop) -> None:
    shop.write(
        {"sqlmig.yaml": CONFIG.replace("tenants:\n", "  extra: {path: sql/extra, scope: tenant}\ntenants:\n", 1)}
    )
    (shop.folder / "sql/extra").mkdir()
    with pytest.raises(UsageError, match="this project has several tenant tracks, tenant, extra"):
        make(shop)


@pytest.mark.parametrize("track", ["platform", "tenant"])
def test_a_migration_that_fails_there_is_told_and_leaves_no_shadow(shop: Shop, track: str) -> None:
    shop.pair(track, "0002_bad", "SELECT 1/0;\n")
    with pytest.raises(
        MigrationFailed, match=r"no snapshot was made, for a file fails in the shadow: .*zero"
    ) as raised:
        make(shop)
    assert raised.value.place is not None
    assert raised.value.place.file == f"sql/{track}/0002_bad.up.sql"
    assert shadows(shop) == []


def test_objects_of_a_track_that_runs_as_another_role_belong_to_it(shop: Shop, role: Callable[..., Any]) -> None:
    name = role().name
    provision = "CREATE SCHEMA {{ schema | ident }}; GRANT USAGE, CREATE ON SCHEMA {{ schema | ident }} TO"
    shop.write({"sql/lifecycle/provision.sql": f"{provision} {name};\n"})
    shop.write({"sqlmig.yaml": CONFIG.replace("scope: tenant}", f"scope: tenant, run_as: {name}}}")})
    shop.pair("tenant", "0002_grant", "GRANT SELECT ON deals TO pg_monitor;\n")
    text = make(shop).snapshot.text
    assert "GRANT SELECT ON TABLE deals TO pg_monitor;" in text
    assert name not in text


def test_check_finds_what_a_file_does_not_make(shop: Shop) -> None:
    assert check_snapshot(shop.project()).verdict is Verdict.MISSING
    made = make(shop).snapshot
    project = shop.project()
    assert check_snapshot(project, shadow_url=shop.database_url).verdict is Verdict.CURRENT
    body = made.text.partition("\n\n")[2]
    for changed, named in (
        (body.replace("title text", "title text, more int"), "column deals.more"),
        ("", "table deals"),
    ):
        _forge(shop, made, changed)
        found = check_snapshot(project, shadow_url=shop.database_url)
        assert found.verdict is Verdict.DIFFERENT
        assert named in [one.object for one in found.differences]
    _forge(shop, made, body + "INSERT INTO deals VALUES (1);\n")
    found = check_snapshot(project, shadow_url=shop.database_url)
    assert (found.verdict, found.differences, found.rows) == (
        Verdict.DIFFERENT,
        (),
        ("table deals has 1 rows, and 0 after a replay",),
    )
    # In other words, as another pg_dump may write it.
    _forge(shop, made, body.replace("title text", "title pg_catalog.text"))
    assert check_snapshot(project, shadow_url=shop.database_url).verdict is Verdict.CURRENT
    shop.pair("tenant", "0002_more", "SELECT 1;\n")
    assert check_snapshot(shop.project()).verdict is Verdict.STALE


def test_what_another_version_tells_apart_is_told_with_both_versions(shop: Shop, cli: Cli, server: Server) -> None:
    made = make(shop).snapshot
    _forge(shop, made, made.text.partition("\n\n")[2].replace("title text", "title text, more int"))
    file = shop.folder / FILE
    file.write_text(file.read_text().replace(f"-- postgres: {server.version}", "-- postgres: 14"))
    said = cli("snapshot", "--check", "--shadow-url", shop.database_url)
    hint = f"it was made on PostgreSQL 14, and tried on {server.version}: --shadow-url names a server of 14"
    assert (said.returncode, hint in said.stdout.splitlines()) == (1, server.version != 14)


def _forge(shop: Shop, made: Snapshot, body: str) -> None:
    """Write a snapshot that stands for these files and has another script."""
    files = shop.project().files
    forged = compose_snapshot(
        files, files.tenant_tracks[0], body, fingerprint=made.fingerprint, server=made.server, reads=made.reads
    )
    shop.write({FILE: forged.text})


def test_a_shadow_of_a_killed_process_goes_with_the_next_run_and_one_that_is_in_use_stays(
    shop: Shop, cli: Cli, connect: Connect
) -> None:
    shop.write({"sql/platform/0002_gate.up.sql": AT_THE_GATE, "sql/platform/0002_gate.down.sql": "SELECT 1;\n"})
    arguments = ("snapshot", "--shadow-url", shop.database_url)
    process = cli.start(*arguments)
    until(lambda: shadows(shop), what="a shadow")
    name = str(shadows(shop)[0])
    with connect(dbname=name) as inside, gate_closed(inside):
        until(lambda: at_the_gate(inside), what="the platform at the gate")
        # Another run beside it leaves it alone.
        shop.write({"sql/platform/0002_gate.up.sql": "SELECT 1;\n"})
        make(shop)
        assert shadows(shop) == [name]
        process.send_signal(signal.SIGKILL)
        process.communicate()
        until(
            lambda: not shop.sql("SELECT 1 FROM pg_stat_activity WHERE application_name = %s", f"sqlmig keeps {name}")
        )
    assert shadows(shop) == [name]
    make(shop)
    assert shadows(shop) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_run_that_is_stopped_drops_its_shadow(shop: Shop, cli: Cli, connect: Connect, number: signal.Signals) -> None:
    shop.write({"sql/platform/0002_gate.up.sql": AT_THE_GATE, "sql/platform/0002_gate.down.sql": "SELECT 1;\n"})
    with cli.start("snapshot", "--shadow-url", shop.database_url) as process:
        until(lambda: shadows(shop), what="a shadow")
        with connect(dbname=str(shadows(shop)[0])) as inside:
            inside.execute("SELECT pg_advisory_lock(4242)")
            until(lambda: at_the_gate(inside), what="the platform at the gate")
            process.send_signal(number)
            _, said = process.communicate(timeout=60)
    assert process.returncode == 5, said
    assert shadows(shop) == []


def test_the_commands_statuses_and_words(shop: Shop, cli: Cli) -> None:
    shadow = ("--shadow-url", shop.database_url)
    checked = cli("snapshot", "--check", *shadow)
    assert (checked.returncode, checked.stdout) == (
        1,
        f"track tenant has no snapshot: {FILE} is not there\nnext: run `sqlmig snapshot`, and check its file in\n",
    )
    made = cli("snapshot", *shadow)
    assert made.returncode == 0, made.stderr
    assert re.fullmatch(rf"snapshot of track tenant for PostgreSQL \d+: {FILE}, written, [\d.]+ m?s\n", made.stdout)
    checked = cli("snapshot", "--check", *shadow)
    assert checked.returncode == 0
    assert checked.stdout.startswith(f"{FILE} makes what the files of track tenant make, ")
    shop.pair("tenant", "0002_more", "CREATE TABLE more (id int);\n")
    checked = cli("snapshot", "--check", *shadow, "--format", "json")
    assert (checked.returncode, '"verdict": "stale"' in checked.stdout) == (1, True)
    made = cli("snapshot", *shadow, "--output", "elsewhere.sql", "--format", "json")
    assert (made.returncode, '"format": "sqlmig.snapshot/1"' in made.stdout) == (0, True)
    assert "CREATE TABLE more" in (shop.folder / "elsewhere.sql").read_text()
    assert "more" not in (shop.folder / FILE).read_text()
    assert cli("snapshot", "--check", "--output", "x.sql").returncode == 2


def test_a_role_that_may_not_make_databases_is_told_what_to_do(shop: Shop, role: Callable[..., Any]) -> None:
    with pytest.raises(Exception, match="no shadow database could be made: permission denied") as raised:
        make_snapshot(shop.project(), shadow_url=role().url)
    assert "--shadow-url" in str(raised.value)


def test_a_role_without_superpowers_makes_one(shop: Shop, role: Callable[..., Any]) -> None:
    shop.pair("tenant", "0002_rich", RICH.replace("'{{ schema }}'", "'x'"))
    superior = make(shop).snapshot
    plain = make_snapshot(
        Project.load(shop.folder, database_url=shop.database_url, environ={}), shadow_url=role("CREATEDB").url
    )
    assert plain.snapshot == superior


def test_a_shadow_url_that_reaches_no_server_is_what_is_to_be_corrected(shop: Shop, cli: Cli) -> None:
    said = cli("snapshot", "--shadow-url", "postgresql://ada:hidden@127.0.0.1:1/x")
    assert (said.returncode, said.stdout) == (2, "")
    first, *rest = said.stderr.splitlines()
    assert first.startswith("sqlmig: error: no shadow database could be made: no connection: ")
    assert "hidden" not in said.stderr
    assert rest == [
        "  state: nothing was changed",
        "  next: correct --shadow-url: the URL of a server that may have a shadow, or `embedded`",
    ]
