"""The isolation probe with a role for each tenant, a migrating role that is no superuser, and ids that are numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

import servers
from servers import Database, Role
from sqlmig.admin.probe import probe
from sqlmig.api import Project
from sqlmig.errors import Refused, UsageError
from sqlmig.plan.probevalues import ProbeReport
from sqlmig.report.probe import probe_json, probe_text


@dataclass
class Plain:
    """Tenants 1, 2 and 3 in t_1, t_2 and t_3, made by a migrating role that is no superuser."""

    folder: Path
    database: Database
    migrator: Role
    apps: list[Role] = field(default_factory=list)

    def run(self, text: str) -> None:
        """As the migrating role; `{app}`, `{app2}` are roles of the application."""
        for number, app in enumerate(self.apps, 1):
            text = text.replace("{app}" if number == 1 else f"{{app{number}}}", app.name)
        with psycopg.connect(self.migrator.url) as connection:
            connection.execute(text.encode())

    def app(self) -> Role:
        """One more role of the application, which the migrating role may become."""
        role = servers.create_role(self.database)
        self.apps.append(role)
        with psycopg.connect(self.database.url) as connection:
            names = (sql.Identifier(role.name), sql.Identifier(self.migrator.name))
            connection.execute(sql.SQL("GRANT {} TO {}").format(*names))
        return role

    def project(self, lint: str = "") -> Project:
        roles = ", ".join(app.name for app in self.apps)
        text = (
            "postgres: 14\ntracks: {core: {path: sql/core, scope: shared, schema: core},"
            " tenant: {path: sql/tenant, scope: tenant}}\n"
            "tenants: {list: [{id: 1, slug: one, schema: t_1}, {id: 2, slug: two, schema: t_2},"
            " {id: 3, slug: three, schema: t_3}]}\n"
            f"lint: {{app_roles: [{roles}], {lint}}}\n"
        )
        (self.folder / "sqlmig.yaml").write_text(text)
        return Project.load(self.folder, database_url=self.migrator.url, environ={})

    def probe(self) -> ProbeReport:
        return probe(self.project(), tenants=3, application_url=None, seed=0)


@pytest.fixture
def plain(tmp_path, database, role):
    migrator = role()
    with psycopg.connect(database.url) as connection:
        connection.execute(
            sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(
                sql.Identifier(database.name), sql.Identifier(migrator.name)
            )
        )
    for track in ("core", "tenant"):
        (tmp_path / "sql" / track).mkdir(parents=True)
    made = Plain(tmp_path, database, migrator)
    made.run("CREATE SCHEMA core")
    for number in (1, 2, 3):
        made.run(f"CREATE SCHEMA t_{number}; CREATE TABLE t_{number}.notes (id serial PRIMARY KEY, note text NOT NULL)")
    return made


def grant(plain: Plain, app: str, tenant: int) -> None:
    plain.run(
        f"GRANT USAGE ON SCHEMA t_{tenant} TO {{{app}}};"
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA t_{tenant} TO {{{app}}}"
    )


def leaks(report: ProbeReport) -> set[str]:
    attempts = [leak.first.attempt for leak in report.leaks]
    return {f"{a.action.value} {a.where.value} {a.object}" for a in attempts}


def test_a_role_for_each_tenant_is_tried_for_its_own_tenant_and_gets_nothing(plain):
    for number in (1, 2, 3):
        plain.app()
        grant(plain, "app" if number == 1 else f"app{number}", number)
    found = plain.probe()
    assert leaks(found) == set()
    assert found.unproved == ()
    assert found.attempts == 3 * 7
    assert set(found.roles) == {app.name for app in plain.apps}


def test_a_grant_on_another_tenants_schema_is_found(plain):
    for number in (1, 2, 3):
        plain.app()
        grant(plain, "app" if number == 1 else f"app{number}", number)
    pair = plain.probe().pairs[0]
    number = int(pair.tenant.id)
    app = "app" if number == 1 else f"app{number}"
    schema = pair.other.schema
    plain.run(f"GRANT USAGE ON SCHEMA {schema} TO {{{app}}}; GRANT SELECT ON {schema}.notes TO {{{app}}}")
    found = plain.probe()
    assert leaks(found) == {"read other-schema notes", "copy other-schema notes"}
    [read] = [leak for leak in found.leaks if leak.first.attempt.action.value == "read"]
    assert read.first.role == plain.apps[number - 1].name
    assert (read.pairs, read.first.verdict.rows, read.first.why) == ((pair,), 1, "row level security is off")


def test_one_role_for_all_tenants_is_kept_apart_by_search_path_alone(plain):
    plain.app()
    for number in (1, 2, 3):
        grant(plain, "app", number)
    found = plain.probe()
    assert leaks(found) == {f"{one} other-schema notes" for one in ("read", "copy", "insert", "update", "delete")}
    assert all(len(leak.pairs) == 3 for leak in found.leaks)


SHARED = """
CREATE TABLE core.orders (tenant_id int NOT NULL, id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text NOT NULL);
ALTER TABLE core.orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON core.orders
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::int);
GRANT USAGE ON SCHEMA core, t_1, t_2, t_3 TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON core.orders TO {app}
"""


def test_an_owner_that_policies_bind_plants_rows_and_no_counter_moves(plain):
    plain.app()
    plain.run(SHARED)
    found = plain.probe()
    assert leaks(found) == set()
    assert found.unproved == ()
    with psycopg.connect(plain.migrator.url) as connection:
        assert connection.execute("SELECT last_value FROM pg_sequences WHERE last_value IS NOT NULL").fetchall() == []
    plain.run("ALTER POLICY own ON core.orders WITH CHECK (true)")
    assert leaks(plain.probe()) == {"insert shared core.orders", "move shared core.orders"}


def test_a_policy_that_fails_without_a_tenant_refuses(plain):
    plain.app()
    plain.run(SHARED)
    plain.run("ALTER POLICY own ON core.orders USING (tenant_id = current_setting('app.current_tenant_id')::int)")
    found = plain.probe()
    assert (leaks(found), found.unproved) == (set(), ())
    assert "       3  failed without a tenant\n" in probe_text(found)


def test_partitions_are_tried_beside_their_table(plain):
    plain.app()
    plain.run(
        SHARED.replace("GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "NOT NULL").replace(
            "note text NOT NULL)", "note text NOT NULL) PARTITION BY LIST (tenant_id)"
        )
    )
    plain.run(
        "CREATE TABLE core.orders_rest PARTITION OF core.orders DEFAULT; GRANT SELECT ON core.orders_rest TO {app}"
    )
    # The policies of the table do not bind whoever names the partition.
    assert leaks(plain.probe()) == {"read shared core.orders_rest", "copy shared core.orders_rest"}


def test_a_function_that_writes_is_stopped_and_not_proved(plain):
    plain.app()
    plain.run(SHARED)
    plain.run(
        "CREATE FUNCTION core.log_all() RETURNS SETOF core.orders LANGUAGE plpgsql SECURITY DEFINER AS"
        " $$ BEGIN PERFORM nextval('core.orders_id_seq'); RETURN QUERY SELECT * FROM core.orders; END $$"
    )
    found = plain.probe()
    assert [(one.first.attempt.object, one.first.verdict.reason) for one in found.unproved] == [
        ("core.log_all()", "it writes, and the probe lets no function write")
    ]
    with psycopg.connect(plain.migrator.url) as connection:
        assert connection.execute("SELECT last_value FROM pg_sequences WHERE last_value IS NOT NULL").fetchall() == []


def test_names_that_need_quotes_are_quoted_for_the_server_and_for_people(plain):
    plain.app()
    plain.run(
        SHARED.replace("core.orders", 'core."odd %s {x} ""n"""').replace(
            "note text NOT NULL", '"No, %%t" text NOT NULL'
        )
    )
    plain.run('ALTER TABLE core."odd %s {x} ""n""" DISABLE ROW LEVEL SECURITY')
    found = plain.probe()
    assert found.unproved == ()
    assert {leak.first.attempt.object for leak in found.leaks} == {'core.odd %s {x} "n"'}
    assert {leak.first.attempt.action.value for leak in found.leaks} == {
        "read", "copy", "insert", "update", "delete", "move"
    }  # fmt: skip
    update = next(leak.first for leak in found.leaks if leak.first.attempt.action.value == "update")
    assert update.statement == 'UPDATE core."odd %s {x} ""n""" SET "No, %%t" = DEFAULT WHERE id = :id'


def test_a_number_that_must_be_unique_among_all_tenants_is_found_another_value_for(plain):
    plain.app()
    plain.run(SHARED.replace("note text NOT NULL", "note text NOT NULL, code int NOT NULL UNIQUE"))
    assert plain.probe().unproved == ()


def test_tenants_without_a_schema_of_their_own_share_tables_alone(plain):
    plain.app()
    plain.run(SHARED)
    plain.run("DROP SCHEMA t_1 CASCADE; DROP SCHEMA t_2 CASCADE; DROP SCHEMA t_3 CASCADE")
    found = probe(plain.project("tenancy: shared"), tenants=3, application_url=None, seed=0)
    assert (len(found.pairs), leaks(found), found.unproved) == (3, set(), ())
    assert found.attempts > 0


def test_a_trigger_that_refuses_everything_counts_as_refusal(plain):
    plain.app()
    plain.run(SHARED)
    plain.run(
        "CREATE FUNCTION core.no() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'append-only' USING ERRCODE = 'insufficient_privilege'; END $$;"
        "CREATE TRIGGER no BEFORE UPDATE OR DELETE ON core.orders FOR EACH STATEMENT EXECUTE FUNCTION core.no()"
    )
    found = plain.probe()
    assert (leaks(found), found.unproved) == (set(), ())
    assert "       9  refused by a trigger\n" in probe_text(found)


# --- what cannot be begun ---


def test_a_role_that_the_migrating_role_may_not_become_is_told(plain, role):
    stranger = role()
    plain.apps.append(stranger)
    with pytest.raises(UsageError) as refused:
        plain.probe()
    assert str(refused.value) == (
        f"role {plain.migrator.name} may not become {stranger.name}, as which the probe has to try\n"
        f"  next: GRANT {stranger.name} TO {plain.migrator.name},"
        " or give the application's URL in SQLMIG_APPLICATION_URL"
    )


def test_without_a_role_it_says_where_to_name_one(plain):
    with pytest.raises(UsageError) as refused:
        plain.probe()
    assert str(refused.value) == (
        "nothing says which role the application has\n"
        "  next: name it as tenants.application_role in sqlmig.yaml, or give its URL in SQLMIG_APPLICATION_URL"
    )


def test_a_role_that_is_not_there_is_named(plain):
    plain.apps.append(Role("nobody_at_all", "", ""))
    with pytest.raises(UsageError, match="there is no role nobody_at_all on this server"):
        plain.probe()


def test_one_tenant_is_not_enough(plain):
    plain.app()
    plain.run("DROP SCHEMA t_2 CASCADE; DROP SCHEMA t_3 CASCADE")
    found = plain.probe()
    assert (found.pairs, found.attempts) == ((), 0)
    assert probe_text(found) == "note: the probe needs two tenants: nothing was tried\n\nisolation was not tried\n"
    assert probe_json(found)["isolated"] is None


def test_a_registry_that_is_not_there_yet_refuses(plain):
    (plain.folder / "sqlmig.yaml").write_text(
        "tracks: {tenant: {path: sql/tenant, scope: tenant}}\n"
        "tenants:\n  query: SELECT slug, schema FROM core.nowhere\n"
    )
    project = Project.load(plain.folder, database_url=plain.migrator.url, environ={})
    with pytest.raises(Refused, match="the registry's table is not there yet"):
        probe(project, tenants=2, application_url=None, seed=0)
