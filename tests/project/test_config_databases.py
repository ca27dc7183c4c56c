"""Several databases in one configuration: which word counts, what is asked for when, and what is never shown."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sqlmig.database import database_url, on_database
from sqlmig.errors import ConfigError, UsageError
from sqlmig.project.config.load import load_config
from sqlmig.project.config.origin import Origin, Unset
from sqlmig.project.config.values import Config
from sqlmig.report.config import config_json, config_text
from sqlmig.secret import Secret

TRACK = "tracks: {main: {path: sql/main, scope: shared, schema: app}}\n"
THREE = TRACK + (
    "databases:\n"
    '  eu-1: {database_url: "${EU1_URL}", labels: {region: eu, tier: gold}}\n'
    '  eu-2: {database_url: "postgresql://app:${PASSWORD}@eu2/deals"}\n'
    '  us-1: {database_url: "service=us1"}\n'
)
EU1 = "postgresql://app:hunter2@eu1/deals"

Load = Callable[..., Config]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    (tmp_path / "sql" / "main").mkdir(parents=True)

    def load(
        text: str, environ: Mapping[str, str] | None = None, environment: str | None = None, url: str | None = None
    ) -> Config:
        file = tmp_path / "sqlmig.yaml"
        file.write_text(text, encoding="utf-8")
        return load_config(file, environment=environment, environ=environ or {}, database_url=url)

    return load


def names(config: Config) -> list[str]:
    return [database.name for database in config.databases]


def test_databases_are_read_in_the_order_of_the_file_with_their_labels(load: Load) -> None:
    config = load(THREE, {"EU1_URL": EU1, "PASSWORD": "hunter2"})
    assert names(config) == ["eu-1", "eu-2", "us-1"]
    assert [dict(database.labels) for database in config.databases] == [{"region": "eu", "tier": "gold"}, {}, {}]
    assert config.databases[0].database_url == Secret(EU1)
    assert config.database_url is None


def test_the_configuration_on_one_of_them_is_that_of_a_project_with_one_database(load: Load) -> None:
    config = on_database(load(THREE, {"EU1_URL": EU1}), "eu-1")
    assert config.databases == ()
    assert database_url(config) == EU1
    assert str(config.sources["database_url"]) == "sqlmig.yaml:3, variable ${EU1_URL}"


def test_a_variable_is_asked_for_only_when_its_database_is_used(load: Load) -> None:
    config = load(THREE, {"EU1_URL": EU1})
    assert database_url(on_database(config, "us-1")) == "service=us1"
    with pytest.raises(ConfigError) as missing:
        on_database(config, "eu-2")
    assert str(missing.value) == (
        "sqlmig.yaml:4:24: database eu-2: the environment variable PASSWORD is not set\n"
        '      eu-2: {database_url: "postgresql://app:***@eu2/deals"}\n'
        "                           ^\n"
        "  next: set it, or give it a default: ${PASSWORD:-...}"
    )


def test_a_variable_that_holds_no_url_is_no_problem_of_the_other_databases(load: Load) -> None:
    config = load(THREE, {"EU1_URL": "hunter2"})
    assert isinstance(config.databases[0].database_url, Unset)
    with pytest.raises(ConfigError, match=r"database eu-1: databases\.eu-1\.database_url must be embedded") as wrong:
        on_database(config, "eu-1")
    assert "hunter2" not in str(wrong.value)


def test_a_name_that_there_is_not_gets_the_nearest(load: Load) -> None:
    with pytest.raises(UsageError, match="there is no database 'eu1'; did you mean 'eu-1'"):
        on_database(load(THREE), "eu1")


def test_what_connects_does_not_fall_back_on_some_other_database(load: Load) -> None:
    with pytest.raises(UsageError) as several:
        database_url(load(THREE))
    assert str(several.value) == (
        "this project has several databases, and this works on one: eu-1, eu-2, us-1\n"
        "  state: nothing was changed\n"
        "  next: say which with --database NAME; in Python, with Project.on(NAME)"
    )


def two_levels(top: str, inside: str) -> str:
    return f"{TRACK}{top}environments:\n  a: {{{inside}}}\n  b: {{}}\n"


ONE = "database_url: 'service=one'"
OTHER = "databases: {z: {database_url: 'service=z'}}"
TWO = "databases: {x: {database_url: 'service=x'}, y: {database_url: 'service=y'}}"


@pytest.mark.parametrize(
    ("top", "inside", "url", "databases"),
    [
        pytest.param(ONE + "\n", TWO, None, ["x", "y"], id="several replace one"),
        pytest.param(TWO + "\n", ONE, "service=one", [], id="one replaces several"),
        pytest.param(TWO + "\n", OTHER, None, ["z"], id="several replace several, whole"),
        pytest.param(TWO + "\n", "", None, ["x", "y"], id="the top level counts"),
    ],
)
def test_an_environment_says_anew_where_the_data_are(
    load: Load, top: str, inside: str, url: str | None, databases: list[str]
) -> None:
    config = load(two_levels(top, inside), environment="a")
    assert names(config) == databases
    assert config.database_url == (Secret(url) if url else None)


@pytest.mark.parametrize(
    ("option", "environ", "origin"),
    [
        pytest.param("service=other", {}, Origin.OPTION, id="--database-url"),
        pytest.param(None, {"SQLMIG_DATABASE_URL": "service=other"}, Origin.PROCESS_VARIABLE, id="SQLMIG_DATABASE_URL"),
    ],
)
def test_a_url_from_outside_replaces_all_of_them(
    load: Load, option: str | None, environ: dict[str, str], origin: Origin
) -> None:
    config = load(THREE, environ, url=option)
    assert (config.database_url, config.databases) == (Secret("service=other"), ())
    assert config.sources["database_url"].origin is origin


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            TRACK + ONE + "\n" + TWO,
            "sqlmig.yaml:3:1: the top level has both database_url and databases, which exclude each other",
            id="both at the top level",
        ),
        pytest.param(
            two_levels("", f"{ONE}, {TWO}"),
            "environments.a has both database_url and databases, which exclude each other",
            id="both in an environment that is not in force",
        ),
        pytest.param(TRACK + "databases: {}\n", "databases names no database", id="an empty mapping"),
        pytest.param(TRACK + "databases:\n", "databases names no database", id="all commented out"),
        pytest.param(
            two_levels(ONE + "\n", "databases: {}"),
            "environments.a.databases names no database",
            id="empty in an environment",
        ),
        pytest.param(
            TRACK + "databases: {1a: {database_url: 'service=x'}}\n",
            "databases: a name must be letters, digits, _ and -, and begin with a letter, and '1a' is not",
            id="a name",
        ),
        pytest.param(
            TRACK + "databases: {a: {labels: {region: eu}}}\n", "databases.a needs database_url", id="without a URL"
        ),
        pytest.param(
            TRACK + "databases: {a: {database_url: 'service=x', labels: {a=b: c}}}\n",
            "databases.a.labels: a name must be letters, digits, _, - and dots, and begin with a letter, and 'a=b' is",
            id="the name of a label",
        ),
        pytest.param(
            TRACK + "databases: {a: {database_url: nonsense}}\n",
            "databases.a.database_url must be embedded, a URL such as",
            id="no URL in the file itself",
        ),
        pytest.param(
            TRACK + "databases: {a: {database_url: 'service=x'}, b: {database_url: 'service=x'}}\n",
            "databases.b.database_url is that of databases.a",
            id="one database twice",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(load: Load, text: str, told: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(text)
    assert told in str(refused.value)


def test_the_configuration_shows_each_of_them_and_no_secret(load: Load) -> None:
    config = load(THREE, {"EU1_URL": EU1})
    lines = config_text(config).splitlines()
    shown = {key: " ".join(rest.split()) for key, _, rest in (line.partition(": ") for line in lines[1:])}
    assert shown["databases.eu-1.database_url"] == (
        "postgresql://app:***@eu1/deals # sqlmig.yaml:3, variable ${EU1_URL}"
    )
    assert shown["databases.eu-2.database_url"] == "null # sqlmig.yaml:4, variable ${PASSWORD}"
    assert shown["databases.eu-1.labels.region"] == "eu # sqlmig.yaml:3"
    assert "database_url" not in shown
    assert "hunter2" not in json.dumps(config_json(config)) + repr(config)
