"""`sqlmig doctor` as people run it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from clinic import Clinic, clinic
from commandline import Cli, clean_environment
from servers import Role, Server, fresh_database
from sqlmig import embedded


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


def test_a_sound_project_is_status_0(ward: Clinic, cli: Cli) -> None:
    done = cli("doctor")
    assert (done.returncode, done.stdout, done.stderr) == (0, "no finding; 32 checks on 3 tenants and core\n", "")


@pytest.mark.parametrize(
    ("options", "configured", "status"),
    [((), "", 0), (("--severity", "warning"), "", 1), ((), "doctor: {fail_on: warning}\n", 1)],
    ids=["errors only", "by an option", "by the configuration"],
)
def test_the_status_goes_by_the_severity_that_was_asked_for(
    ward: Clinic, cli: Cli, options: tuple[str, ...], configured: str, status: int
) -> None:
    with (ward.folder / "sqlmig.yaml").open("a") as file:
        file.write(configured)
    ward.sql("CREATE INDEX again ON tenant_b.users (tenant_id)")
    done = cli("doctor", *options)
    assert done.returncode == status
    assert done.stdout == (
        "warning  duplicate-index: An index is superfluous beside another one.\n"
        "  users: index again is of no use beside users_pkey, which begins with the same columns, in tenant_b only\n"
        "\n"
        "1 warning; 32 checks on 3 tenants and core; --fix-script prints the statements that mend 1 of them\n"
    )


def test_json_stands_alone_on_stdout(ward: Clinic, cli: Cli) -> None:
    ward.sql("ALTER TABLE tenant_a.deals NO FORCE ROW LEVEL SECURITY")
    done = cli("doctor", "--format", "json", "--schema", "tenant_a", "--check", "rls-not-forced")
    assert (done.returncode, done.stderr) == (1, "")
    document = json.loads(done.stdout)
    assert (document["format"], document["failed"], document["checks"]) == ("sqlmig.doctor/1", True, ["rls-not-forced"])
    assert document["findings"][0]["fixes"] == [
        {"schema": "tenant_a", "sql": "ALTER TABLE tenant_a.deals FORCE ROW LEVEL SECURITY;"}
    ]
    assert "plpgsql" in document["extensions"]


def test_psql_runs_the_fix_script_and_nothing_is_left(ward: Clinic, cli: Cli) -> None:
    for tenant in ("tenant_a", "tenant_b", "tenant_c"):
        ward.sql(f"DROP POLICY own_rows ON {tenant}.deals;\nALTER TABLE {tenant}.deals DISABLE ROW LEVEL SECURITY")
        ward.sql(f"DROP INDEX {tenant}.deals_owner_idx")
    ward.sql("ALTER TABLE tenant_a.users NO FORCE ROW LEVEL SECURITY;\nALTER ROLE APP BYPASSRLS")
    script = cli("doctor", "--fix-script")
    assert script.returncode == 1
    assert cli("doctor", "--severity", "note").returncode == 1
    done = subprocess.run(
        [str(embedded.program("psql")), "-X", "-q", "-d", ward.database_url],
        env=clean_environment(),
        input=script.stdout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert cli("doctor", "--severity", "note").returncode == 0


def test_checks_are_listed_and_explained_without_a_database(cli: Cli, tmp_path: Path) -> None:
    nowhere = {"SQLMIG_DATABASE_URL": "postgresql://nowhere.invalid/"}
    listed = cli("doctor", "--list", env=nowhere)
    assert listed.returncode == 0
    assert listed.stdout.splitlines()[0].split() == ["check", "severity", "finds"]
    assert len(json.loads(cli("doctor", "--list", "--format", "json", env=nowhere).stdout)["checks"]) == 32
    explained = cli("doctor", "--explain", "rls-not-forced", env=nowhere)
    assert explained.returncode == 0
    assert explained.stdout.startswith("# rls-not-forced\n\nRow level security is on, and does not bind")
    assert ":'schemas'" in explained.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--explain", "rls-forced"), "there is no check 'rls-forced'; did you mean 'rls-not-forced'?"),
        (("--check", "nothing-near"), "there is no check 'nothing-near'; known: app-role-missing, "),
        (("--fix-script", "--format", "json"), "--fix-script prints SQL, not JSON"),
        (("--check", "rls-missing", "--skip", "rls-missing"), "no check is left to be made"),
    ],
    ids=["explain", "check", "fix-script", "nothing left"],
)
def test_what_makes_no_sense_is_refused(ward: Clinic, cli: Cli, options: tuple[str, ...], message: str) -> None:
    done = cli("doctor", *options)
    assert done.returncode == 2
    # Who asks for JSON gets the error as JSON.
    assert message in (done.stdout if "json" in options else done.stderr)


def test_several_databases_are_asked_and_a_script_is_for_one(ward: Clinic, cli: Cli, server: Server) -> None:
    file = ward.folder / "sqlmig.yaml"
    with fresh_database(server) as empty:
        file.write_text(
            f"{file.read_text()}databases:\n  eu: {{database_url: '{ward.database_url}'}}\n"
            f"  us: {{database_url: '{empty.url}'}}\n"
        )
        with psycopg.connect(empty.url, autocommit=True) as connection:
            connection.execute("UPDATE pg_extension SET extversion = '0.9' WHERE extname = 'plpgsql'")
        done = cli("doctor", "--skip", "extension-outdated", env={"SQLMIG_DATABASE_URL": None})
        refused = cli("doctor", "--fix-script", env={"SQLMIG_DATABASE_URL": None})
    assert done.returncode == 1
    assert done.stdout == (
        "eu: no finding; 31 checks on 3 tenants and core\n"
        "\n"
        "us:\n"
        "not looked at\n"
        "  schema core: it is not there\n"
        "  tenants: the registry's table is not there yet; `sqlmig apply --platform` makes it\n"
        "\n"
        "no finding; 31 checks on 0 tenants\n"
        "\n"
        "2 databases: 1 done, 1 said no (us)\n"
    )
    assert done.stderr.startswith("extension plpgsql is not the same everywhere: 1.0 in eu, 0.9 in us")
    assert refused.returncode == 2
    assert "this project has several databases, and this works on one: eu, us" in refused.stderr


def test_findings_of_a_check_that_there_is_not_cannot_be_accepted(ward: Clinic, cli: Cli) -> None:
    file = ward.folder / "sqlmig.yaml"
    line = file.read_text().count("\n") + 3
    with file.open("a") as opened:
        opened.write("doctor:\n  ignore:\n    - {check: rls-missin, reason: none}\n    - {check: x, reason: none}\n")
    done = cli("doctor", "--check", "rls-missing")
    assert (done.returncode, done.stdout) == (2, "")
    said = done.stderr.splitlines()
    assert said[:4] == [
        (
            f"sqlmig: error: sqlmig.yaml:{line}:15: doctor.ignore.0.check: there is no check 'rls-missin';"
            " did you mean 'rls-missing'?"
        ),
        "        - {check: rls-missin, reason: none}",
        "                  ^",
        "  next: `sqlmig doctor --list` shows them all",
    ]
    assert said[4].startswith(
        f"sqlmig: error: sqlmig.yaml:{line + 1}:15: doctor.ignore.1.check: there is no check 'x'; known: "
    )
