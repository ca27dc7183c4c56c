"""Commands on three databases: which are meant, what is told of each, and the exit status of all."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg
import pytest

import servers
import shop
from sqlmig.api import Project
from sqlmig.cli.invocation import Invocation
from sqlmig.cli.sharding import Answer, Shard, on_databases
from sqlmig.db.context import Stop
from sqlmig.report.run import run_json, run_summary

NAMES = ("eu-1", "eu-2", "us-1")
VARIABLES = ("EU1_URL", "EU2_URL", "US1_URL")
DATABASES = (
    "databases:\n"
    '  eu-1: {database_url: "${EU1_URL}", labels: {region: eu}}\n'
    '  eu-2: {database_url: "${EU2_URL}", labels: {region: eu}}\n'
    '  us-1: {database_url: "${US1_URL}"}\n'
)
NOBODY = "postgresql://app:hunter2@127.0.0.1:1/nobody?connect_timeout=5"


@pytest.fixture
def fleet(offline, server: servers.Server, tmp_path: Path, monkeypatch) -> Iterator[Callable[..., object]]:
    """`fleet("status", "--check")`: the small project on three databases, of which nothing is applied."""
    for name, text in {**shop.FILES, "sqlmig.yaml": shop.CONFIG + DATABASES}.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    with contextlib.ExitStack() as stack:
        for variable in VARIABLES:
            monkeypatch.setenv(variable, stack.enter_context(servers.fresh_database(server)).url)
        monkeypatch.setenv("SQLMIG_ENV", "dev")
        yield offline


def applied(*names: str) -> None:
    project = Project.load(environment="dev")
    for name in names:
        assert project.on(name).apply().exit_status == 0


def test_every_database_is_looked_at_when_none_is_named(fleet):
    applied("eu-1", "us-1")
    answer = fleet("status")
    assert answer.status == 0
    assert [line for line in answer.out.splitlines() if line.endswith(":")] == ["eu-1:", "eu-2:", "us-1:"]
    assert answer.out.splitlines()[-1] == "3 databases: 3 done"
    checked = fleet("status", "--check")
    assert checked.status == 1
    assert checked.out.splitlines()[-1] == "3 databases: 2 done, 1 said no (eu-2)"


def test_programs_get_the_document_of_each_database_under_its_name(fleet):
    applied("eu-1")
    answer = fleet("status", "--check", "--format", "json", "--database", "eu-*")
    assert answer.status == 1
    document = answer.json
    assert (document["format"], document["exit_status"]) == ("sqlmig.status-databases/1", 1)
    assert list(document["databases"]) == ["eu-1", "eu-2"]
    alone = {name: fleet("status", "--format", "json", "--database", name).json for name in ("eu-1", "eu-2")}
    assert document["databases"] == alone
    assert (alone["eu-1"]["format"], alone["eu-1"]["current"]) == ("sqlmig.status/1", True)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["--database", "eu-1", "status", "--database", "us-1"], id="before and behind"),
        pytest.param(["status", "--database", "*-1"], id="a pattern"),
        pytest.param(["status", "--database", "us-1", "--database", "eu-1"], id="in any order"),
    ],
)
def test_the_option_may_be_repeated_on_both_sides_of_the_command(fleet, words):
    assert list(fleet(*words, "--format", "json").json["databases"]) == ["eu-1", "us-1"]


def test_a_label_names_databases(fleet):
    assert list(fleet("wait", "--database", "region=eu", "--format", "json").json["databases"]) == ["eu-1", "eu-2"]


@pytest.mark.parametrize("words", ["plan", "status", "verify", "history", "locks", "tenant list", "wait"])
def test_what_only_looks_answers_for_all_of_them(fleet, words):
    applied(*NAMES)
    text = fleet(*words.split())
    assert (text.status, text.err) == (0, "")
    assert text.out.splitlines()[-1] == "3 databases: 3 done"
    document = fleet(*words.split(), "--format", "json").json
    alone = {one["format"] for one in document["databases"].values()}
    assert document["format"] == next(iter(alone)).replace("/1", "-databases/1")
    assert list(document["databases"]) == list(NAMES)


def test_a_database_that_cannot_be_reached_is_told_and_stops_none_of_the_others(fleet, monkeypatch):
    monkeypatch.setenv("EU2_URL", NOBODY)
    answer = fleet("status")
    assert answer.status == 2
    assert answer.err.startswith("eu-2:\nsqlmig: error: ")
    assert answer.out.splitlines()[-1] == "3 databases: 2 done, 1 could not be used (eu-2)"
    document = fleet("status", "--format", "json").json
    assert document["exit_status"] == 2
    assert [one["format"] for one in document["databases"].values()] == [
        "sqlmig.status/1",
        "sqlmig.error/1",
        "sqlmig.status/1",
    ]
    assert document["databases"]["eu-2"]["kind"] == "connection"
    assert "hunter2" not in answer.err + answer.out + json.dumps(document)


def test_what_keeps_a_database_from_answering_is_told_with_its_name_meanwhile(fleet, monkeypatch):
    monkeypatch.setenv("US1_URL", NOBODY)
    answer = fleet("wait", "--timeout", "1ms")
    assert answer.status == 2
    assert re.search(r"^eu-1: PostgreSQL \S+.* answers$", answer.out, re.MULTILINE)
    monkeypatch.setenv("US1_URL", NOBODY)
    later = fleet("wait", "--timeout", "700ms")
    assert later.err.splitlines()[0].startswith("us-1  waiting: ")


def test_a_secret_is_asked_for_only_when_its_database_is_meant(fleet, monkeypatch):
    monkeypatch.delenv("US1_URL")
    assert fleet("wait", "--database", "eu-*").status == 0
    answer = fleet("wait")
    assert answer.status == 2
    assert answer.out == ""
    assert "database us-1: the environment variable US1_URL is not set" in answer.err


@pytest.mark.parametrize(
    "words",
    [
        "tenant create acme",
        "rollback --steps 1 --platform",
        "baseline --to 1 --platform --reason because",
        "repair --version 1 --platform",
        "reset",
    ],
)
def test_what_changes_one_thing_wants_one_database(fleet, words):
    none = fleet(*words.split())
    assert none.status == 2
    assert none.err == (
        "sqlmig: error: this project has several databases, and this works on one: eu-1, eu-2, us-1\n"
        "  state: nothing was changed\n"
        "  next: say which with --database NAME; in Python, with Project.on(NAME)\n"
    )
    several = fleet(*words.split(), "--database", "eu-*")
    assert several.status == 2
    assert several.err == (
        "sqlmig: error: this works on one database, and 2 are meant: eu-1, eu-2\n"
        "  state: nothing was changed\n"
        "  next: name one of them with --database\n"
    )


def test_a_tenant_is_made_and_taken_back_in_the_database_that_is_named(fleet):
    applied(*NAMES)
    assert fleet("--database", "eu-2", "tenant", "create", "acme").status == 0
    listed = fleet("tenant", "list", "--format", "json").json["databases"]
    assert {name: len(one["tenants"]) for name, one in listed.items()} == {"eu-1": 0, "eu-2": 1, "us-1": 0}
    assert fleet("rollback", "--to", "0", "--schema", "tenant_acme", "--database", "eu-2").status == 0
    history = fleet("history", "--failed", "--database", "eu-2")
    assert history.status == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("status --database us1", "there is no database 'us1'; did you mean 'us-1'?"),
        ("status --database asia-*", "no database matches 'asia-*'"),
        ("status --database-index 0/2", "--database-index counts 2 databases, and the configuration lists 3"),
        ("status --database-index 3", "--database-index: '3' is no place in a list; 0/3 is the first of three"),
        ("status --database eu-1 --database-index 0/3", "--database and --database-index exclude each other"),
        ("status --database eu-1 --database-url service=x", "--database and --database-url exclude each other"),
        ("plan --format sql", "--format sql shows one database, and 3 are meant: eu-1, eu-2, us-1"),
    ],
)
def test_a_choice_that_cannot_be_made_is_refused(fleet, words, told):
    answer = fleet(*words.split())
    assert answer.status == 2
    assert told in answer.err
    assert answer.out == ""


def test_one_that_is_named_answers_as_if_there_were_no_others(fleet):
    assert fleet("plan", "--format", "sql", "--database", "eu-1").out.startswith("--")
    assert fleet("plan", "--format", "markdown", "--database-index", "2/3").out.startswith("## Migration plan")
    assert fleet("locks", "--format", "json", "--database-index", "0/3").json["format"] == "sqlmig.locks/1"


def test_a_url_from_outside_means_that_database_alone(fleet, database_url):
    answer = fleet("status", "--format", "json", "--database-url", database_url)
    assert answer.json["format"] == "sqlmig.status/1"


def test_the_configuration_and_the_linter_need_no_choice(fleet, monkeypatch):
    monkeypatch.delenv("US1_URL")
    shown = fleet("config").out
    [line] = [line for line in shown.splitlines() if line.startswith("databases.us-1.database_url:")]
    assert re.search(r" null +# sqlmig.yaml:\d+, variable \$\{US1_URL\}$", line)
    assert fleet("lint").status == 0
    assert "databases." not in fleet("config", "--database", "eu-1").out


# --- runs ---


def run_on(patterns: Sequence[str], output: str, stop: Stop | None = None) -> int:
    """A run on several databases, as the commands that change something make one."""

    def ask(shard: Shard) -> Answer:
        result = shard.project.apply(stop=stop)
        return Answer(run_json(result, "apply") if output == "json" else run_summary(result), result.exit_status)

    invocation = Invocation(env="dev", databases=tuple(patterns))
    return on_databases(invocation, "apply", output, ask, stop=stop)


def test_a_run_reaches_the_databases_that_are_meant(fleet, capsys):
    assert run_on(["eu-*"], "text") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(": 1 step, ")[0] for line in lines] == [
        "eu-1: 1 of 1 target where it should be",
        "eu-2: 1 of 1 target where it should be",
        "2 databases: 2 done",
    ]
    standing = fleet("status", "--format", "json").json["databases"]
    assert {name: one["current"] for name, one in standing.items()} == {"eu-1": True, "eu-2": True, "us-1": False}


def test_a_run_on_all_with_one_that_cannot_be_reached_and_one_that_fails(fleet, capsys, monkeypatch):
    monkeypatch.setenv("EU1_URL", NOBODY)
    in_the_way = "CREATE SCHEMA core; CREATE TABLE core.tenants (id int, slug text, schema_name text, tier text)"
    with psycopg.connect(os.environ["US1_URL"]) as connection:
        connection.execute(in_the_way)
    assert run_on([], "json") == 3
    document = json.loads(capsys.readouterr().out)
    assert (document["format"], document["exit_status"]) == ("sqlmig.apply-databases/1", 3)
    assert {name: one["exit_status"] for name, one in document["databases"].items()} == {
        "eu-1": 2,
        "eu-2": 0,
        "us-1": 3,
    }
    assert document["databases"]["eu-2"]["outcome"] == "done"


def test_a_run_that_was_stopped_before_it_began_has_changed_nothing(fleet, capsys):
    stop = Stop()
    stop.request()
    assert run_on([], "text", stop) == 5
    said = capsys.readouterr()
    assert said.out == "3 databases: 3 stopped (eu-1, eu-2, us-1)\n"
    assert said.err.startswith("eu-1, eu-2, us-1:\nsqlmig: error: stopped on request before it was begun\n")
    current = [Project.load(environment="dev").on(name).status().current for name in NAMES]
    assert current == [False] * 3


def test_a_fault_of_ours_in_one_database_hides_nothing_of_the_others(fleet, capsys):
    def ask(shard: Shard) -> Answer:
        if shard.database == "eu-2":
            raise ZeroDivisionError("postgresql://app:hunter2@db/deals")
        return Answer("fine")

    assert on_databases(Invocation(env="dev", verbose=True), "status", "text", ask) == 2
    said = capsys.readouterr()
    assert said.out == "eu-1: fine\nus-1: fine\n3 databases: 2 done, 1 could not be used (eu-2)\n"
    assert "ZeroDivisionError: postgresql://app:***@db/deals" in said.err
    assert "eu-2:\nsqlmig: error: sqlmig failed in a way that it should not: ZeroDivisionError\n" in said.err
