"""What the doctor looks at, what it says it could not see, and that its files are what a DBA can run alone."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import psycopg
import pytest

from clinic import Clinic, clinic, said
from commandline import clean_environment
from servers import Role, Server, with_login
from sqlmig import embedded
from sqlmig.catalog.checks import VARIABLES, catalogue, check_named, check_of, variables_of
from sqlmig.catalog.doctor import Ward, examine
from sqlmig.errors import UsageError
from sqlmig.plan.doctor import Accepted, accepting

FILES = sorted(file for file in (resources.files("sqlmig.db") / "queries" / "doctor").iterdir())
NAMES = [file.name for file in FILES]


@pytest.fixture
def ward(
    tmp_path: Path,
    database_url: str,
    connect: Callable[..., psycopg.Connection[Any]],
    role: Callable[..., Role],
    server: Server,
) -> Clinic:
    if not server.superuser:
        pytest.skip("faults are planted by a superuser")
    return clinic(tmp_path, database_url, connect, role().name)


def planted(ward: Clinic) -> Clinic:
    ward.sql("ALTER TABLE tenant_a.deals NO FORCE ROW LEVEL SECURITY")
    ward.sql("ALTER TABLE tenant_b.deals NO FORCE ROW LEVEL SECURITY")
    ward.sql("ALTER TABLE core.subscriptions NO FORCE ROW LEVEL SECURITY")
    return ward


# --- what is looked at ---


def test_the_same_fault_of_several_tenants_is_one_finding(ward: Clinic) -> None:
    assert said(planted(ward).doctor().findings) == [
        ("rls-not-forced", "error", "deals", "row level security is not forced", ("tenant_a", "tenant_b")),
        ("rls-not-forced", "error", "subscriptions", "row level security is not forced", ("core",)),
    ]


def test_a_check_that_is_named_and_is_for_another_tenancy_counts_as_not_made(ward: Clinic) -> None:
    file = ward.folder / "sqlmig.yaml"
    file.write_text(file.read_text().replace("tenancy: both", "tenancy: schema"))
    found = ward.doctor(checks=["rls-missing", "rls-not-forced"])
    assert [check.id for check in found.checks] == ["rls-not-forced"]
    assert [(one.what, one.reason) for one in found.unseen] == [
        ("rls-missing", "it is for another lint.tenancy than schema")
    ]
    assert ward.doctor(skip=["rls-not-forced"]).unseen == ()


def test_what_is_dropped_while_a_check_runs_is_no_finding_and_no_failure(ward: Clinic) -> None:
    # As the server does when an object that the catalog still lists is gone: once, and not a second time.
    ward.sql(
        "CREATE FUNCTION public.gone_at_first() RETURNS text LANGUAGE plpgsql AS $$ BEGIN"
        " IF NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) THEN"
        " PERFORM pg_advisory_lock(1); RAISE internal_error USING MESSAGE = 'could not open relation with OID 1';"
        " END IF; RETURN 'deals'; END $$"
    )
    check = replace(
        check_named("no-primary-key"),
        statement="SELECT 'tenant_a' AS schema, o AS object, 'note' AS severity, 'is there' AS detail, NULL AS fix"
        " FROM unnest(ARRAY[public.gone_at_first(), NULL]) AS o",
    )
    project = ward.project()
    with project.session() as session:
        found = examine(session, project.config, Ward(("tenant_a",), ("tenant_a",), ()), [check])
    assert found.unseen == ()
    assert [(one.object, one.detail) for one in found.findings] == [("deals", "is there")]


def test_one_schema_is_looked_at_alone_and_compared_with_all(ward: Clinic) -> None:
    planted(ward).sql("ALTER DEFAULT PRIVILEGES IN SCHEMA tenant_b REVOKE ALL ON TABLES FROM APP")
    found = ward.doctor(schemas=["tenant_b*"])
    assert [(one.check, one.schemas) for one in found.findings] == [
        ("rls-not-forced", ("tenant_b",)),
        # That the others have them is what makes it a fault.
        ("default-privileges-missing", ("tenant_b",)),
    ]
    assert (found.tenants, found.shared) == (("tenant_b",), ())


def test_checks_are_chosen_and_skipped_by_id(ward: Clinic) -> None:
    planted(ward)
    assert ward.doctor(skip=["rls-not-forced"]).findings == ()
    only = ward.doctor(checks=["rls-not-forced", "rls-missing"], skip=["rls-not-forced"])
    assert [check.id for check in only.checks] == ["rls-missing"]
    with pytest.raises(UsageError, match="there is no check 'rls-mising'; did you mean 'rls-missing'"):
        ward.doctor(checks=["rls-mising"])
    with pytest.raises(UsageError, match="no active tenant has schema 'tenant_x'"):
        ward.doctor(schemas=["tenant_x"])


def test_with_a_schema_per_tenant_alone_no_tenant_column_is_asked_for(ward: Clinic) -> None:
    file = ward.folder / "sqlmig.yaml"
    file.write_text(file.read_text().replace("tenancy: both", "tenancy: schema"))
    ward.sql("CREATE TABLE tenant_a.notes (id int PRIMARY KEY)")
    assert ward.doctor().findings == ()


def test_an_exempt_table_is_left_alone_in_every_schema(ward: Clinic) -> None:
    ward.sql("CREATE TABLE tenant_a.a_note (id int PRIMARY KEY)")
    ward.sql("CREATE TABLE core.a_note (id int PRIMARY KEY, tenant_id uuid)")
    assert {one.check for one in ward.doctor().findings} > {"rls-missing", "tenant-column-nullable"}
    file = ward.folder / "sqlmig.yaml"
    # An underscore is no wildcard here, as it is for LIKE.
    file.write_text(file.read_text().replace("tenancy: both", 'tenancy: both, exempt_tables: ["a_n?te", "core.a*"]'))
    assert ward.doctor().findings == ()
    ward.sql("CREATE TABLE tenant_a.axnote (id int PRIMARY KEY)")
    assert {one.object for one in ward.doctor().findings} == {"axnote"}


def test_what_the_project_accepts_is_told_apart_schema_by_schema(ward: Clinic) -> None:
    with (ward.folder / "sqlmig.yaml").open("a") as file:
        file.write("doctor: {ignore: [{check: rls-not-forced, object: tenant_a.*, reason: on its way}]}\n")
    found = planted(ward).doctor()
    assert [one.schemas for one in found.findings] == [("tenant_b",), ("core",)]
    assert [(one.schemas, one.accepted) for one in found.accepted] == [(("tenant_a",), "on its way")]
    everything = accepting(found, [Accepted("rls-not-forced", "deals", "all of them")])
    assert [one.object for one in everything.findings] == ["subscriptions"]


def test_a_function_that_reads_the_setting_is_the_tenant_as_for_the_linter(ward: Clinic) -> None:
    ward.sql(
        "CREATE FUNCTION tenant_a.me() RETURNS uuid LANGUAGE sql STABLE AS"
        " $$ SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid $$;\n"
        "ALTER POLICY own_rows ON tenant_a.deals USING (tenant_id = (SELECT tenant_a.me()))"
    )
    assert ward.doctor().findings == ()


def test_a_policy_for_other_roles_or_beside_a_restrictive_one_is_none(ward: Clinic, role: Callable[..., Role]) -> None:
    ward.sql(f"CREATE POLICY support ON tenant_a.deals FOR SELECT TO {role().name} USING (true)")
    ward.sql(
        "CREATE POLICY readers ON tenant_b.deals FOR SELECT TO APP USING (true);\n"
        "CREATE POLICY only_own ON tenant_b.deals AS RESTRICTIVE"
        " USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))"
    )
    assert ward.doctor().findings == ()


# --- what is not seen ---


def test_a_schema_that_is_not_there_is_told(ward: Clinic) -> None:
    ward.sql("DROP SCHEMA tenant_c CASCADE")
    found = ward.doctor()
    assert [(one.what, one.reason) for one in found.unseen] == [("schema tenant_c", "it is not there")]
    assert found.tenants == ("tenant_a", "tenant_b")


def test_before_the_registry_is_there_that_is_told(ward: Clinic) -> None:
    ward.sql("DROP TABLE core.tenants CASCADE")
    assert [one.what for one in ward.doctor().unseen] == ["tenants"]


def test_a_check_that_fails_is_told_and_the_others_are_made(ward: Clinic) -> None:
    lock = psycopg.connect(ward.database_url)
    with lock:
        # REINDEX SYSTEM and VACUUM FULL of a catalog look like this.
        lock.execute("LOCK TABLE pg_catalog.pg_default_acl IN ACCESS EXCLUSIVE MODE")
        planted(ward)
        found = ward.doctor(checks=["default-privileges-missing", "rls-not-forced"])
        lock.rollback()
    lock.close()
    assert [(one.what, one.reason) for one in found.unseen] == [
        ("default-privileges-missing", "canceling statement due to lock timeout")
    ]
    assert {one.check for one in found.findings} == {"rls-not-forced"}


def test_a_role_with_few_rights_sees_all_but_the_sequences_and_says_so(ward: Clinic, role: Callable[..., Role]) -> None:
    reader = role()
    ward.sql(f"GRANT USAGE ON SCHEMA core TO {reader.name};\nGRANT SELECT ON core.tenants TO {reader.name}")
    url = with_login(ward.database_url, reader.name, reader.password)
    found = Clinic(ward.folder, url, ward.connection, ward.app).doctor()
    assert said(found.findings) == [
        (
            "sequence-near-end",
            "note",
            "users.number",
            f"sequence users_number_seq is not visible to {reader.name}",
            ("tenant_a", "tenant_b", "tenant_c"),
        )
    ]
    assert found.unseen == ()
    ward.sql("SELECT setval('tenant_a.users_number_seq', 2000000000)")
    for fix in found.findings[0].fixes.values():
        ward.sql(fix or "")
    [finding] = Clinic(ward.folder, url, ward.connection, ward.app).doctor().findings
    assert finding.severity.value == "error"


def test_nothing_is_written(ward: Clinic) -> None:
    only_reads = "'ALTER DATABASE %I SET default_transaction_read_only = on'"
    ward.sql(f"DO $$ BEGIN EXECUTE format({only_reads}, current_database()); END $$")
    assert ward.doctor().findings == ()


# --- the files ---


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_a_file_says_what_it_is_about(file: Any) -> None:
    check = check_of(file.read_text())
    assert f"{check.id}.sql" == file.name
    assert check.title.endswith(".")
    assert check.reason.endswith(".")
    assert set(variables_of(check.statement)) <= set(VARIABLES)
    # Each severity that its rows may have is one that exists, and the head names the worst.
    named = [word for word in ("error", "warning", "note") if f"'{word}'" in check.statement]
    if not check.read:
        assert named[0] == check.severity.value
    assert "information_schema" not in file.read_text()


def test_every_variable_is_used_somewhere() -> None:
    assert {name for check in catalogue() for name in variables_of(check.statement)} == set(VARIABLES)


def test_all_files_mean_the_same_by_a_table_of_tenants() -> None:
    found = {
        match[0]
        for check in catalogue()
        if (match := re.match(r"WITH tenant_table AS \(.*?\n\)", check.statement, re.DOTALL)) is not None
    }
    assert len(found) == 1


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_psql_runs_a_file_alone(ward: Clinic, file: Any) -> None:
    planted(ward)
    values = {
        **dict.fromkeys(VARIABLES, "{}"),
        "schemas": "{tenant_a,core}",
        "tenant_schemas": "{tenant_a,tenant_b,tenant_c}",
        "tenancy": "both",
        "tenant_column": "tenant_id",
        "tenant_setting": "app.current_tenant_id",
        "tenant_type": "",
        "tenant_lists": "{core.tenants}",
        "statistics_days": "30",
    }
    options = [word for name, value in values.items() for word in ("-v", f"{name}={value}")]
    done = subprocess.run(
        [str(embedded.program("psql")), "-Xq", "--csv", *options, "-d", ward.database_url, "-f", str(file)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    if check_of(file.read_text()).read:
        assert {(row["table_name"], row["policy"]) for row in rows} == {
            ("deals", "own_rows"),
            ("users", "own_rows"),
            ("subscriptions", "own_rows"),
        }
    else:
        assert done.stdout.splitlines()[0] == "schema,object,severity,detail,fix"
        expected = {("tenant_a", "deals"), ("core", "subscriptions")} if file.name == "rls-not-forced.sql" else set()
        assert {(row["schema"], row["object"]) for row in rows} == expected
