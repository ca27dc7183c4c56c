"""The isolation probe on the example project: nothing on a clean one, each planted fault by name."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

import servers
from servers import Database, Role, Server
from sqlmig.admin.probe import application_url_of, probe
from sqlmig.api import Project
from sqlmig.errors import UsageError
from sqlmig.plan.probevalues import ProbeReport, Refusal, Way
from sqlmig.report.probe import probe_json, probe_text
from sqlmig.secret import Secret

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Example:
    """The example project in a database of its own; the application's role is the test's."""

    folder: Path
    url: str
    role: Role

    def project(self) -> Project:
        return Project.load(self.folder, environment="ci", database_url=self.url, environ={})

    def run(self, text: str) -> None:
        """Plants a fault; `{app}` is the application's role."""
        with psycopg.connect(self.url) as connection:
            connection.execute(text.replace("{app}", self.role.name).encode())

    def probe(self, *, login: bool = False, tenants: int = 5, seed: int = 1) -> ProbeReport:
        url = servers.with_login(self.url, self.role.name, self.role.password) if login else None
        return probe(self.project(), tenants=tenants, application_url=Secret(url) if url else None, seed=seed)

    def contents(self) -> dict[str, object]:
        """Every row of every table, and where every sequence stands."""
        with psycopg.connect(self.url) as connection:
            tables = connection.execute(
                "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND NOT relnamespace IN"
                " ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) ORDER BY 1"
            ).fetchall()
            rows = {
                name: connection.execute(f"SELECT t::text FROM {name} AS t ORDER BY 1".encode()).fetchall()
                for (name,) in tables
            }
            sequences = connection.execute(
                "SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2"
            ).fetchall()
            return {**rows, "sequences": sequences}


@pytest.fixture(scope="module")
def template(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Database, Role]]:
    if server.version < 15:
        pytest.skip("the example project needs PostgreSQL 15: a view with security_invoker")
    folder = tmp_path_factory.mktemp("example")
    with servers.fresh_database(server) as database:
        role = servers.create_role(database)
        shutil.copytree(ROOT / "sql", folder / "sql")
        (folder / "sqlmig.yaml").write_text((ROOT / "sqlmig.yaml").read_text().replace("deal_app", role.name))
        project = Project.load(folder, environment="ci", database_url=database.url, environ={})
        assert project.apply(platform=True).exit_status == 0
        for slug in ("acme", "globex", "initech"):
            project.create_tenant(slug, values={})
        yield folder, database, role


@pytest.fixture
def example(template: tuple[Path, Database, Role]) -> Iterator[Example]:
    """A copy of the template's database."""
    folder, database, role = template
    copy = Database(database.server, f"test_{secrets.token_hex(6)}")
    names = {"copy": sql.Identifier(copy.name), "template": sql.Identifier(database.name)}
    with psycopg.connect(database.server.url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {copy} TEMPLATE {template}").format(**names))
        yield Example(folder, copy.url, role)
        connection.execute(sql.SQL("DROP DATABASE {copy} WITH (FORCE)").format(**names))
        connection.execute(sql.SQL("ALTER ROLE {} NOBYPASSRLS NOSUPERUSER").format(sql.Identifier(role.name)))


def leaks(report: ProbeReport) -> set[str]:
    """`read shared platform_core.subscriptions`, and `unset` behind it where no tenant was set."""
    attempts = [leak.first.attempt for leak in report.leaks]
    return {f"{a.action.value} {a.where.value} {a.object} {a.context.value}".removesuffix(" tenant") for a in attempts}


def test_the_clean_example_leaks_nothing_and_every_attempt_proves_it(example):
    found = example.probe()
    assert leaks(found) == set()
    assert found.unproved == ()
    assert found.isolated
    assert {(pair.tenant.slug, pair.other.slug) for pair in found.pairs} in (
        {("acme", "globex"), ("globex", "initech"), ("initech", "acme")},
        {("acme", "initech"), ("initech", "globex"), ("globex", "acme")},
    )
    assert found.attempts == found.hidden + sum(found.refused.values()) > 500
    assert set(found.refused) == {Refusal.PRIVILEGE, Refusal.POLICY}


FAULTS = {
    "row level security off on a tenant's table": (
        "ALTER TABLE tenant_globex.deals DISABLE ROW LEVEL SECURITY",
        {
            "read other-schema deals", "read other-schema deals unset", "copy other-schema deals",
            "insert other-schema deals", "update other-schema deals", "delete other-schema deals",
            # and with the other's id in the tenant's own table
            "read own-schema deals", "insert own-schema deals", "update own-schema deals",
            "delete own-schema deals", "move own-schema deals", "read own-schema deals mixed-up",
        },
    ),
    "a policy that is always true": (
        "ALTER POLICY tenant_isolation ON tenant_acme.users USING (true) WITH CHECK (true)",
        {"read other-schema users", "insert other-schema users", "update own-schema users", "move own-schema users"},
    ),
    "a policy that lets everybody in where no tenant is set": (
        """ALTER POLICY tenant_isolation ON platform_core.subscriptions
           USING (coalesce(current_setting('app.current_tenant_id', true), '') = ''
                  OR tenant_id::text = current_setting('app.current_tenant_id'))""",
        {"read shared platform_core.subscriptions unset"},
    ),
    "a shared table without row level security": (
        """CREATE TABLE platform_core.invoices (tenant_id uuid NOT NULL, id int PRIMARY KEY, note text NOT NULL);
           GRANT SELECT, INSERT, UPDATE, DELETE ON platform_core.invoices TO {app}""",
        {
            "read shared platform_core.invoices", "read shared platform_core.invoices unset",
            "copy shared platform_core.invoices", "insert shared platform_core.invoices",
            "update shared platform_core.invoices", "delete shared platform_core.invoices",
            "move shared platform_core.invoices",
        },
    ),
    "missing WITH CHECK": (
        """GRANT INSERT, UPDATE ON platform_core.subscriptions TO {app};
           ALTER POLICY tenant_isolation ON platform_core.subscriptions WITH CHECK (true)""",
        {"insert shared platform_core.subscriptions", "move shared platform_core.subscriptions"},
    ),
    "missing WITH CHECK of an UPDATE": (
        """GRANT UPDATE ON platform_core.subscriptions TO {app};
           ALTER TABLE platform_core.subscriptions DISABLE TRIGGER USER;
           CREATE POLICY give ON platform_core.subscriptions FOR UPDATE USING (false) WITH CHECK (true)""",
        {"move shared platform_core.subscriptions"},
    ),
    "the application owns the table": (
        "ALTER TABLE tenant_acme.deals OWNER TO {app}",
        {"own other-schema deals", "truncate other-schema deals"},
    ),
    "the application owns a table that is not forced": (
        """ALTER TABLE platform_core.subscriptions OWNER TO {app};
           ALTER TABLE platform_core.subscriptions NO FORCE ROW LEVEL SECURITY""",
        {"own shared platform_core.subscriptions", "read shared platform_core.subscriptions"},
    ),
    "TRUNCATE, which no policy binds": (
        "GRANT TRUNCATE ON platform_core.subscriptions TO {app}",
        {"truncate shared platform_core.subscriptions"},
    ),
    "a SECURITY DEFINER function that returns all tenants' rows": (
        """CREATE FUNCTION platform_core.all_subscriptions() RETURNS SETOF platform_core.subscriptions
           LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM platform_core.subscriptions'""",
        {"call shared platform_core.all_subscriptions()"},
    ),
    "a SECURITY DEFINER function that takes any tenant's id": (
        """CREATE FUNCTION platform_core.plan_of(tenant uuid) RETURNS TABLE (subscription uuid, tier text)
           LANGUAGE sql SECURITY DEFINER AS 'SELECT id, tier FROM platform_core.subscriptions WHERE tenant_id = $1'""",
        {"call shared platform_core.plan_of()"},
    ),
    "a view without security_invoker in a shared schema": (
        """CREATE VIEW platform_core.prices AS SELECT tenant_id, price FROM platform_core.subscriptions;
           GRANT SELECT ON platform_core.prices TO {app}""",
        {"read shared platform_core.prices"},
    ),
    "a view without security_invoker and without the tenant column": (
        """CREATE VIEW platform_core.tiers AS SELECT id, tier FROM platform_core.subscriptions;
           GRANT SELECT ON platform_core.tiers TO {app}""",
        {"read shared platform_core.tiers"},
    ),
    "a materialized view, which no policy binds": (
        """CREATE MATERIALIZED VIEW platform_core.paid AS SELECT tenant_id, price FROM platform_core.subscriptions;
           GRANT SELECT ON platform_core.paid TO {app}""",
        {"read shared platform_core.paid"},
    ),
    "a foreign key without the tenant": (
        """CREATE UNIQUE INDEX ON platform_core.subscriptions (id);
           CREATE TABLE platform_core.payments (
               tenant_id uuid NOT NULL, id int PRIMARY KEY,
               subscription uuid NOT NULL REFERENCES platform_core.subscriptions (id)
           );
           ALTER TABLE platform_core.payments ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
           CREATE POLICY own ON platform_core.payments
           USING (tenant_id::text = current_setting('app.current_tenant_id', true));
           GRANT SELECT, INSERT ON platform_core.payments TO {app}""",
        {"reference shared platform_core.payments"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "expected"), FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_is_found(example, fault, expected):
    example.run(fault)
    found = leaks(example.probe())
    assert found >= expected
    objects = {one.split()[2] for one in expected}
    assert {one.split()[2] for one in found} == objects


@pytest.mark.parametrize("attribute", ["BYPASSRLS", "SUPERUSER"])
def test_a_role_that_no_policy_binds_reads_everything(example, attribute):
    example.run(f"ALTER ROLE {{app}} {attribute}")
    found = example.probe(tenants=2)
    assert {"read other-schema deals", "read shared platform_core.subscriptions", "move own-schema users"} <= leaks(
        found
    )
    reasons = {leak.first.why for leak in found.leaks if leak.first.attempt.action.value == "read"}
    why = "has BYPASSRLS" if attribute == "BYPASSRLS" else "is a superuser"
    assert f"role {example.role.name} {why}" in reasons


def test_nothing_remains_and_no_sequence_moves_where_tenants_are_isolated(example):
    before = example.contents()
    example.probe()
    assert example.contents() == before


def test_no_row_remains_where_something_leaks_but_triggers_have_fired(example):
    example.run(FAULTS["row level security off on a tenant's table"][0])
    before = example.contents()
    example.probe()
    after = example.contents()
    moved = {row[:2] for row in set(after.pop("sequences")) - set(before.pop("sequences"))}
    assert after == before
    assert moved == {("tenant_globex", "audit_log_id_seq")}


def test_rows_that_are_there_already_are_gone_for_and_stay(example):
    tenants = {tenant.slug: tenant.id for tenant in example.project().tenants()}
    for slug, tenant in tenants.items():
        example.run(f"INSERT INTO tenant_{slug}.users (tenant_id, email, full_name) VALUES ('{tenant}', 'a@b', 'Ada')")
    example.run("ALTER TABLE tenant_acme.users DISABLE ROW LEVEL SECURITY")
    before = example.contents()
    found = example.probe()
    assert {"read other-schema users", "delete other-schema users", "update other-schema users"} <= leaks(found)
    after = example.contents()
    assert {name: rows for name, rows in after.items() if name != "sequences"} == {
        name: rows for name, rows in before.items() if name != "sequences"
    }


def test_what_cannot_be_planted_is_not_proved_and_never_passes(example):
    example.run("ALTER TABLE tenant_globex.users ADD CONSTRAINT odd CHECK (email = md5(full_name) || '@x')")
    found = example.probe()
    assert leaks(found) == set()
    reasons = {(one.first.attempt.object, one.first.verdict.reason) for one in found.unproved}
    said = 'no row could be planted: new row for relation "users" violates check constraint "odd"'
    assert ("users", said) in reasons
    assert ("deals", "it refers to pipeline_stages, which has no row of the tenant") not in reasons
    assert ("deals", "it refers to users, which has no row of the tenant") in reasons


# --- the application's own login ---


def test_a_login_finds_what_its_role_alone_may(example):
    example.run("ALTER ROLE {app} SET app.current_tenant_id = ''")
    assert example.probe(login=True).ways == (Way.LOGIN, Way.SET_ROLE)
    assert example.probe(login=True).unproved == ()
    example.run("ALTER TABLE platform_core.subscriptions DISABLE ROW LEVEL SECURITY")
    found = example.probe(login=True)
    assert leaks(found) >= {"read shared platform_core.subscriptions"}
    read = next(leak.first for leak in found.leaks if leak.first.attempt.action.value == "read")
    assert (read.way, read.role, read.why) == (Way.LOGIN, example.role.name, "row level security is off")


def test_the_url_of_another_database_is_refused(example, template):
    other = servers.with_login(template[1].url, example.role.name, example.role.password)
    with pytest.raises(UsageError) as refused:
        probe(example.project(), tenants=2, application_url=Secret(other), seed=0)
    assert str(refused.value) == (
        "the application's URL leads to another database than the project's\n  next: correct SQLMIG_APPLICATION_URL"
    )


@pytest.mark.parametrize(
    "option", ["postgresql://app:hunter2@host/db", "host=h password=hunter2", "postgresql://h/d?password=hunter2"]
)
def test_a_password_in_an_option_is_refused_and_not_repeated(option):
    with pytest.raises(UsageError) as refused:
        application_url_of(option, {})
    assert "hunter2" not in str(refused.value)
    assert str(refused.value) == (
        "--application-url holds a password, and everybody on this machine can read a command's options\n"
        "  next: put the URL into the variable SQLMIG_APPLICATION_URL, or the password into PGPASSFILE"
    )


def test_the_url_comes_from_the_variable_where_no_option_is_given():
    environ = {"SQLMIG_APPLICATION_URL": "postgresql://app:hunter2@host/db"}
    assert application_url_of(None, environ) == Secret(environ["SQLMIG_APPLICATION_URL"])
    assert application_url_of("service=app", environ) == Secret("service=app")
    assert application_url_of(None, {}) is None


# --- the report ---


def test_a_leak_is_told_with_who_statement_rows_and_reason(example):
    example.run("ALTER TABLE platform_core.subscriptions DISABLE ROW LEVEL SECURITY")
    found = example.probe(tenants=2)
    pair = found.pairs[0]
    who = f"role {example.role.name} (by SET ROLE), working for {pair.tenant.slug}; the other is {pair.other.slug}"
    assert f"""\
LEAK  a tenant reads rows of another tenant in platform_core.subscriptions, which all tenants share
  who:        {who}
  statement:  SELECT count(*) FROM (SELECT FROM platform_core.subscriptions AS found\
 WHERE found.tenant_id = '{pair.other.id}' LIMIT 1000) AS rows
  came back:  1 row
  why:        row level security is off
  the same:   in 2 pairs: """ in probe_text(found)


def test_the_document_says_the_same(example):
    example.run("GRANT TRUNCATE ON platform_core.subscriptions TO {app}")
    document = probe_json(example.probe(tenants=2, seed=7))
    assert document["format"] == "sqlmig.probe/1"
    assert document["isolated"] is False
    assert document["as"] == ["set-role"]
    [leak] = document["leaks"]
    assert {name: leak[name] for name in ("action", "where", "object", "statement", "rows", "why")} == {
        "action": "truncate",
        "where": "shared",
        "object": "platform_core.subscriptions",
        "statement": "TRUNCATE platform_core.subscriptions",
        "rows": 1,
        "why": "row level security does not bind TRUNCATE",
    }
    assert len(leak["pairs"]) == 2


def test_the_same_seed_takes_the_same_pairs_and_another_one_others(example):
    slugs = [[pair.tenant.slug for pair in example.probe(tenants=2, seed=seed).pairs] for seed in (1, 1, 2, 3, 4)]
    assert slugs[0] == slugs[1]
    assert len(set(map(tuple, slugs))) > 1
