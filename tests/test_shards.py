"""Which databases are meant, calls on several of them at once, and the exit status that speaks for all."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from itertools import permutations
from pathlib import Path

import psycopg
import pytest

import servers
import shop
from sqlmig.api import Project
from sqlmig.db.context import Stop
from sqlmig.errors import ConfigError, ConnectionFailed, Interrupted, UsageError
from sqlmig.plan.results import Outcome, RunResult
from sqlmig.project.config.load import load_config
from sqlmig.project.config.values import Config
from sqlmig.shards import PARALLEL, at_index, each, select, worst

NOBODY = "postgresql://127.0.0.1:1/nobody?connect_timeout=5"
NAMES = ("eu-1", "eu-2", "us-1")
DATABASES = (
    "databases:\n"
    '  eu-1: {database_url: "${EU1_URL}", labels: {region: eu, tier: gold}}\n'
    '  eu-2: {database_url: "${EU2_URL}", labels: {region: eu}}\n'
    '  us-1: {database_url: "${US1_URL}", labels: {region: us}}\n'
)
NO_LABEL = "no database has the label 'regoin'; did you mean 'region'?"
URLS = {"EU1_URL": "service=eu1", "EU2_URL": "service=eu2", "US1_URL": "service=us1"}


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., Config]:
    (tmp_path / "sql").mkdir()
    head = "tracks: {main: {path: sql, scope: shared, schema: app}}\n"

    def config(databases: str = DATABASES, environ: Mapping[str, str] = URLS, url: str | None = None) -> Config:
        (tmp_path / "sqlmig.yaml").write_text(head + databases)
        return load_config(tmp_path / "sqlmig.yaml", environ=environ, database_url=url)

    return config


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        pytest.param([], NAMES, id="none: all"),
        pytest.param(["eu-2"], ("eu-2",), id="a name"),
        pytest.param(["eu-*"], ("eu-1", "eu-2"), id="a pattern"),
        pytest.param(["us-1", "*-1"], ("eu-1", "us-1"), id="in the order of the file, each once"),
        pytest.param(["region=eu"], ("eu-1", "eu-2"), id="a label"),
        pytest.param(["region=e?", "us-1"], NAMES, id="a pattern of a label, and a name"),
        pytest.param(["tier=*"], ("eu-1",), id="a label that not all have"),
    ],
)
def test_databases_are_selected_by_name_and_by_label(config, patterns, names):
    assert select(config(), patterns) == names


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("eu1", "there is no database 'eu1'; did you mean 'eu-1'?"),
        ("asia", "there is no database 'asia'; known: eu-1, eu-2, us-1"),
        ("EU-*", "no database matches 'EU-*'\n  next: the configuration lists eu-1, eu-2, us-1"),
        ("regoin=eu", "no database has a label that matches 'regoin=eu'\n  next: " + NO_LABEL),
        (
            "region=asia",
            "no database has a label that matches 'region=asia'\n  next: the configuration lists eu-1, eu-2, us-1",
        ),
        (
            "postgresql://app:hunter2@db/deals",
            "there is no database 'postgresql://app:***@db/deals'; known: eu-1, eu-2, us-1",
        ),
    ],
)
def test_a_pattern_that_finds_nothing_is_refused(config, pattern, told):
    with pytest.raises(UsageError) as refused:
        select(config(), ["eu-1", pattern])
    assert str(refused.value) == told


def test_a_project_with_one_database_has_nothing_to_choose_from(config):
    one = config("database_url: service=x\n")
    assert select(one) == ()
    with pytest.raises(UsageError, match="chooses among several databases, and the configuration lists none"):
        select(one, ["eu-1"])


def test_a_url_from_outside_and_a_name_exclude_each_other(config):
    with pytest.raises(UsageError, match="--database and --database-url exclude each other"):
        select(config(url="service=x"), ["eu-1"])
    with pytest.raises(UsageError, match="--database-index and SQLMIG_DATABASE_URL exclude each other"):
        at_index(config(environ={**URLS, "SQLMIG_DATABASE_URL": "service=x"}), 0, 3)


def test_the_numbers_of_jobs_reach_every_database_once(config):
    assert tuple(at_index(config(), index, 3) for index in range(3)) == NAMES


@pytest.mark.parametrize(
    ("index", "count", "told"),
    [
        (0, 2, "--database-index counts 2 databases, and the configuration lists 3: eu-1, eu-2, us-1"),
        (0, 4, "--database-index counts 4 databases, and the configuration lists 3: eu-1, eu-2, us-1"),
        (3, 3, "--database-index is 3, and the last of 3 databases is 2"),
    ],
)
def test_a_count_that_would_leave_a_database_out_is_refused(config, index, count, told):
    with pytest.raises(UsageError) as refused:
        at_index(config(), index, count)
    assert refused.value.message == told


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        ([], 0),
        ([0, 0], 0),
        ([0, 1], 1),
        ([1, 2], 2),
        ([2, 4], 4),
        ([4, 3], 3),
        ([3, 5], 5),
        ([0, 1, 2, 3, 4, 5], 5),
        ([0, 1, 2, 3, 4], 3),
    ],
)
def test_the_worst_of_several_exit_statuses_speaks_for_all(statuses, status):
    assert {worst(order) for order in permutations(statuses)} == {status}


def test_every_exit_status_has_its_place(config):
    assert [worst([status, status]) for status in range(6)] == list(range(6))


# --- calls, without a server ---


def test_results_come_in_the_order_asked_for_with_errors_as_values(config):
    def call(name: str, project: Project) -> str:
        if name == "eu-1":
            raise ConnectionFailed("no server")
        if name == "eu-2":
            raise ZeroDivisionError
        assert project.config.database_url is not None
        return project.config.database_url.reveal()

    results = each(Project(config()), ["us-1", "eu-2", "eu-1"], call)
    assert [result.database for result in results] == ["us-1", "eu-2", "eu-1"]
    assert [type(result.answer) for result in results] == [str, ZeroDivisionError, ConnectionFailed]
    assert results[0].answer == "service=us1"


def test_databases_are_worked_on_at_once_and_no_more_of_them_than_asked_for(config):
    # Each call waits for two others: with less than three at once none would end.
    meeting = threading.Barrier(3, timeout=30)
    assert [r.answer for r in each(Project(config()), NAMES, lambda *_: meeting.wait() >= 0)] == [True] * 3
    assert PARALLEL >= 3
    at_once: list[int] = []
    running: set[str] = set()

    def call(name: str, _project: Project) -> None:
        running.add(name)
        at_once.append(len(running))
        running.remove(name)

    each(Project(config()), NAMES, call, parallel=1)
    assert at_once == [1, 1, 1]


def test_nothing_is_begun_when_the_url_of_one_of_them_cannot_be_had(config):
    begun: list[str] = []
    lacking = Project(config(environ={"EU1_URL": "service=eu1"}))
    with pytest.raises(ConfigError) as refused:
        each(lacking, NAMES, lambda name, _: begun.append(name))
    assert [problem.message for problem in refused.value.problems] == [
        "database eu-2: the environment variable EU2_URL is not set",
        "database us-1: the environment variable US1_URL is not set",
    ]
    assert begun == []
    each(lacking, ["eu-1"], lambda name, _: begun.append(name))
    assert begun == ["eu-1"]


def test_a_request_to_stop_leaves_what_was_not_begun_alone(config):
    stop = Stop()

    def call(name: str, _project: Project) -> str:
        stop.request()
        return name

    first, *rest = each(Project(config()), NAMES, call, parallel=1, stop=stop)
    assert first.answer == "eu-1"
    for result in rest:
        assert isinstance(result.answer, Interrupted)
        assert result.answer.state == "nothing was changed in this database"


# --- three databases of a real server ---


@pytest.fixture
def fleet(server: servers.Server, tmp_path: Path) -> Iterator[dict[str, shop.Shop]]:
    """The small project on three databases, by name."""
    with contextlib.ExitStack() as stack:
        fleet = {}
        for name in NAMES:
            url = stack.enter_context(servers.fresh_database(server)).url
            connection = stack.enter_context(psycopg.connect(url, autocommit=True))
            fleet[name] = shop.Shop(tmp_path, url, connection)
        fleet["eu-1"].write({**shop.FILES, "sqlmig.yaml": shop.CONFIG + DATABASES})
        yield fleet


def project(fleet: Mapping[str, shop.Shop], **urls: str) -> Project:
    given = {f"{name.replace('-', '').upper()}_URL": one.database_url for name, one in fleet.items()}
    return Project.load(fleet["eu-1"].folder, environment="dev", environ={**given, **urls})


def test_each_database_gets_its_own_registry_and_history(fleet):
    several = project(fleet)
    assert several.databases() == NAMES
    for name in ("eu-1", "us-1"):
        several.on(name).apply(platform=True)
        several.on(name).create_tenant(f"of-{name}", values={"schema": f"of_{name[:2]}"})
    done = each(several, select(several.config, ["*-1"]), lambda _, shard: shard.apply())
    assert [isinstance(r.answer, RunResult) and r.answer.outcome for r in done] == [Outcome.DONE] * 2
    slugs = {name: [tenant.slug for tenant in several.on(name).tenants()] for name in ("eu-1", "us-1")}
    assert slugs == {"eu-1": ["of-eu-1"], "us-1": ["of-us-1"]}
    assert fleet["eu-1"].versions("of_eu") == fleet["us-1"].versions("of_us") == [1]
    assert fleet["eu-2"].one("SELECT to_regnamespace('sqlmig')") is None
    assert fleet["us-1"].tables("of_eu") == []


def test_one_database_that_cannot_be_reached_stops_none_of_the_others(fleet):
    several = project(fleet, EU2_URL=NOBODY)
    results = each(several, several.databases(), lambda _, shard: shard.apply())
    assert [type(result.answer) for result in results] == [RunResult, ConnectionFailed, RunResult]
    assert [fleet[name].versions("core") for name in ("eu-1", "us-1")] == [[1], [1]]


def test_what_fails_in_one_database_is_done_in_the_others(fleet):
    fleet["eu-2"].sql("CREATE SCHEMA core")
    fleet["eu-2"].sql("CREATE TABLE core.tenants (id int, slug text, schema_name text, tier text)")
    several = project(fleet)
    results = each(several, several.databases(), lambda _, shard: shard.apply())
    statuses = [result.answer.exit_status for result in results if isinstance(result.answer, RunResult)]
    assert statuses == [0, 3, 0]
    assert worst(statuses) == 3
