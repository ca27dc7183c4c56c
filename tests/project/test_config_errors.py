from collections.abc import Callable
from pathlib import Path

import pytest

from sqlmig.errors import ConfigError
from sqlmig.project.config.load import load_config

TRACK = "tracks: {main: {path: sql/main, scope: shared, schema: app}}\n"
TENANTS = "tracks: {main: {path: sql/main, scope: tenant}}\ntenants: {query: SELECT 1}\n"
ENVIRON = {"SECRET": "hunter2", "EMPTY": "", "BROKEN": "a\udcff", "LONG": "x" * 64, "NUMBER": "300"}

Told = Callable[..., str]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """Loads a text that has problems, and gives what people are told."""
    (tmp_path / "sql" / "main").mkdir(parents=True)
    (tmp_path / "sql" / "tenant").mkdir()
    (tmp_path / "sql" / "file").touch()
    (tmp_path / "outside").symlink_to(tmp_path.parent)
    (tmp_path / "loop").symlink_to("loop")

    def told(text: str, environment: str | None = None, **arguments: str) -> str:
        file = tmp_path / "sqlmig.yaml"
        file.write_text(text, encoding="utf-8")
        environ = ENVIRON | {key: value for key, value in arguments.items() if key.isupper()}
        url = arguments.get("database_url")
        with pytest.raises(ConfigError) as caught:
            load_config(file, environment=environment, environ=environ, database_url=url)
        assert "hunter2" not in str(caught.value)
        assert caught.value.exit_status == 2
        return str(caught.value)

    return told


def one(line: str, column: int, message: str, advice: str | None = None, number: int = 1) -> str:
    """The text of one problem in one line of the file."""
    lines = [f"sqlmig.yaml:{number}:{column}: {message}", f"    {line}", f"    {' ' * (column - 1)}^"]
    return "\n".join([*lines, f"  next: {advice}"] if advice else lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "sqlmig.yaml: is empty\n  next: write at least one track, or run `sqlmig init`"),
        ("# nothing\n", "sqlmig.yaml: is empty\n  next: write at least one track, or run `sqlmig init`"),
        ("- a", one("- a", 1, "must be a mapping of keys to values at its top level", "write `tracks:` and so on")),
        ("text", one("text", 1, "must be a mapping of keys to values at its top level", "write `tracks:` and so on")),
    ],
)
def test_a_file_that_is_no_mapping_is_refused(told: Told, text: str, message: str) -> None:
    assert told(text) == message


@pytest.mark.parametrize(
    ("line", "column", "message", "advice"),
    [
        ("historyschema: x", 1, "unknown key 'historyschema'", "did you mean 'history_schema'?"),
        ("apply: {atempts: 1}", 9, "unknown key 'atempts' in apply", "did you mean 'attempts'?"),
        (
            "environments: {a: {tenants: {xyz: 1}}, b: {}}",
            30,
            "unknown key 'xyz' in environments.a.tenants",
            "known: application_role, list, query, schema_name, schemas",
        ),
        ("lint: {fail_no: 1}", 8, "unknown key 'fail_no' in lint", "did you mean 'fail_on'?"),
        ("lock_timeout: 3s", 1, "'lock_timeout' may not stand at the top level", "move it into apply"),
        ("lint: {postgres: 15}", 8, "'postgres' may not stand in lint", "move it to the top level"),
        ("development: true", 1, "'development' may not stand at the top level", "move it into an environment"),
        (
            "environments: {a: {histry_schema: x}}",
            20,
            "unknown key 'histry_schema' in environments.a",
            "did you mean 'history_schema'?",
        ),
        (
            "environments: {a: {default_environment: a}}",
            20,
            "'default_environment' may not stand in environments.a",
            "move it to the top level",
        ),
        (
            "environments: {a: {lint: {fail_n: error}}}",
            27,
            "unknown key 'fail_n' in environments.a.lint",
            "did you mean 'fail_on'?",
        ),
        ("lint: [a]", 7, "lint must be a mapping of keys to values, not a list", None),
        ("apply: 3", 8, "apply must be a mapping of keys to values, not the number 3", None),
        ("variables: x", 12, 'variables must be a mapping from names to values, not "x"', None),
        ("environments: true", 15, "environments must be a mapping from names to mappings, not true", None),
        ("environments: {a: x}", 19, 'environments.a must be a mapping of keys to values, not "x"', None),
        (
            "environments: {1a: {}}",
            16,
            "environments: a name must be letters, digits, _ and -, and begin with a letter, and '1a' is not",
            None,
        ),
        (
            "variables: {a-b: 1}",
            13,
            "variables: a name must be letters, digits and _, and begin with a letter or _, and 'a-b' is not",
            None,
        ),
    ],
)
def test_a_key_that_does_not_belong_is_refused_wherever_it_stands(
    told: Told, line: str, column: int, message: str, advice: str | None
) -> None:
    assert told(f"{line}\n{TRACK}") == one(line, column, message, advice)


WHOLE = "a whole number from"
DURATION = "a duration such as 500ms, 3s, 2min or 1h"


@pytest.mark.parametrize(
    ("line", "column", "message", "advice"),
    [
        ('postgres: "15"', 11, f'postgres must be {WHOLE} 14 to 99, not "15"', "write 15, without quotes"),
        (
            "postgres: 13",
            11,
            f"postgres must be {WHOLE} 14 to 99, not the number 13",
            "write the major version, such as 15",
        ),
        (
            "postgres: 15.4",
            11,
            f"postgres must be {WHOLE} 14 to 99, not the number 15.4",
            "write the major version, such as 15",
        ),
        ("postgres: true", 11, f"postgres must be {WHOLE} 14 to 99, not true", "write the major version, such as 15"),
        ("postgres:", 10, "postgres has no value", "give it a value, or leave it out"),
        ("postgres: []", 11, f"postgres must be {WHOLE} 14 to 99, not a list", "write the major version, such as 15"),
        (
            "history_schema: 15",
            17,
            "history_schema must be the name of a schema, not the number 15",
            "write '15', in quotes",
        ),
        ("history_schema: true", 17, "history_schema must be the name of a schema, not true", None),
        ("history_schema: {}", 17, "history_schema must be the name of a schema, not a mapping", None),
        ("history_schema: ' '", 17, "history_schema is empty", "give it a value, or leave it out"),
        (
            "history_schema: pg_x",
            17,
            'history_schema is refused: schema "pg_x" begins with pg_, which PostgreSQL reserves for itself',
            None,
        ),
        (
            "search_path: a",
            14,
            'search_path must be a list of schema names, not "a"',
            "write it in brackets: [one, two]",
        ),
        ("search_path: {}", 14, "search_path must be a list of schema names, not a mapping", None),
        (
            "search_path: [a, 5]",
            18,
            "search_path must be a list of schema names, not the number 5",
            "write '5', in quotes",
        ),
        ("search_path: [~]", 15, "search_path has no value", "give it a value, or leave it out"),
        (
            "macros: /etc",
            9,
            'macros must be a folder inside the project, not "/etc"',
            "write it relative to the folder of this file",
        ),
        (
            "macros: C:\\x",
            9,
            'macros must be a folder inside the project, not "C:\\x"',
            "write it relative to the folder of this file",
        ),
        (
            "macros: a/../b",
            9,
            'macros must be a folder inside the project, not "a/../b"',
            "move the folder below the one of this file",
        ),
        ("macros: sql/x", 1, 'macros is "sql/x", which is not there', "create the folder, or correct the path"),
        ("macros: sql/file", 1, 'macros is "sql/file", which is no folder', None),
        (
            "lifecycle: loop",
            12,
            'lifecycle.path is "loop", which is not there',
            "create the folder, or correct the path",
        ),
        (
            "lifecycle: outside",
            12,
            'lifecycle.path is "outside", a link that leads out of the project',
            "move the folder below the one of this file",
        ),
        (
            "apply: {lock_timeout: 3}",
            23,
            f"apply.lock_timeout must be {DURATION}, not the number 3",
            "write the unit: 3s or 3ms",
        ),
        ("apply: {lock_timeout: -3}", 23, f"apply.lock_timeout must be {DURATION}, not the number -3", None),
        ("apply: {lock_timeout: true}", 23, f"apply.lock_timeout must be {DURATION}, not true", None),
        ("apply: {lock_timeout: soon}", 23, f'apply.lock_timeout must be {DURATION}, not "soon"', None),
        (
            "apply: {lock_timeout: 0}",
            23,
            "apply.lock_timeout may not be 0, which waits for ever",
            "write a limit such as 3s: whoever waits for a table lock blocks everybody behind it",
        ),
        (
            "apply: {lock_wait: 1.5}",
            20,
            f"apply.lock_wait must be {DURATION}, or 0 for no limit, not the number 1.5",
            None,
        ),
        (
            "apply: {lock_wait: 25d}",
            20,
            "apply.lock_wait is longer than PostgreSQL can wait: 24 days",
            "write a shorter one, or 0 for no limit",
        ),
        ("apply: {attempts: 0}", 19, f"apply.attempts must be {WHOLE} 1 to 100, not the number 0", None),
        ("apply: {workers: all}", 18, f'apply.workers must be {WHOLE} 1 to 256, or auto, not "all"', None),
        ("apply: {workers: 257}", 18, f"apply.workers must be {WHOLE} 1 to 256, or auto, not the number 257", None),
        (
            "apply: {workers: '4'}",
            18,
            f'apply.workers must be {WHOLE} 1 to 256, or auto, not "4"',
            "write 4, without quotes",
        ),
        (
            "lint: {fail_on: eror}",
            17,
            'lint.fail_on must be error, warning or never, not "eror"',
            "did you mean 'error'?",
        ),
        ("lint: {fail_on: 1}", 17, "lint.fail_on must be error, warning or never, not the number 1", None),
        ("lint: {fail_on: ''}", 17, 'lint.fail_on must be error, warning or never, not ""', None),
        ("lint: {tenant_column: [a]}", 23, "lint.tenant_column must be a text, not a list", None),
        (
            "database_url: mysql://u:hunter2@h/d",
            15,
            "database_url must be embedded, a URL such as postgresql://user@host/database, or libpq's key=value pairs",
            None,
        ),
        (
            "database_url: embeded",
            15,
            "database_url must be embedded, a URL such as postgresql://user@host/database, or libpq's key=value pairs",
            "did you mean 'embedded'?",
        ),
    ],
)
def test_a_value_of_another_kind_is_refused_with_what_to_write(
    told: Told, line: str, column: int, message: str, advice: str | None
) -> None:
    masked = line.replace("hunter2", "***")
    assert told(f"{line}\n{TRACK}") == one(masked, column, message, advice)


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("variables: {country: no}", 22),
        ("variables: {a: [{b: 010}]}", 21),
        ("search_path: [no]", 15),
        ("postgres: 015", 11),
        ("lint: {fail_on: off}", 17),
        ("lint: {samples: [{tier: on}]}", 25),
        ("environments: {a: {development: yes}}", 33),
    ],
)
def test_a_value_that_yaml_reads_in_two_ways_is_refused(told: Told, line: str, column: int) -> None:
    meant = "a plain decimal number" if "01" in line else "true or false"
    message = "this can be read in two ways"
    assert told(f"{line}\n{TRACK}") == one(line, column, message, f"write {meant}, or put the text in quotes")


@pytest.mark.parametrize("value", ["'true'", "5", "yes_please", "[]"])
def test_a_flag_is_true_or_false(told: Told, value: str) -> None:
    line = f"environments: {{a: {{development: {value}}}}}"
    shown = {"'true'": '"true"', "5": "the number 5", "yes_please": '"yes_please"', "[]": "a list"}[value]
    advice = "write true, without quotes" if value == "'true'" else None
    message = f"environments.a.development must be true or false, not {shown}"
    assert told(f"{line}\n{TRACK}").splitlines()[:3] == one(line, 33, message).splitlines()
    assert ("  next: " + str(advice) in told(f"{line}\n{TRACK}")) == (advice is not None)


ROW = "write {slug: acme, schema: tenant_acme}"


@pytest.mark.parametrize(
    ("line", "column", "message", "advice"),
    [
        (
            "tracks:",
            1,
            "there is no track, and a project needs one",
            "write tracks: {main: {path: sql/main, scope: shared, schema: app}}",
        ),
        (
            "tracks: {Main: {}}",
            10,
            "tracks: a name must be lower-case letters, digits and _, and begin with a letter, and 'Main' is not",
            None,
        ),
        ("tracks: {main: {path: sql/main}}", 10, "tracks.main needs scope", "add scope: shared or tenant"),
        (
            "tracks: {main: {scope: shared, schema: x}}",
            10,
            "tracks.main needs path",
            "add path: a folder inside the project",
        ),
        (
            "tracks: {main: {path: sql/main, scope: share}}",
            40,
            'tracks.main.scope must be shared or tenant, not "share"',
            "did you mean 'shared'?",
        ),
        (
            "tracks: {main: {path: sql/main, scope: shared}}",
            10,
            "tracks.main is shared and needs a schema to run in",
            "add schema: NAME",
        ),
        (
            "tracks: {main: {path: sql/main, scope: shared, schema: sqlmig}}",
            56,
            "tracks.main.schema is that of the history, which needs one of its own",
            "give the track or history_schema another name",
        ),
        (
            "tracks: {main: {path: sql/main, scope: tenant}}",
            10,
            "tracks.main runs once per tenant, and nothing says where the tenants are listed",
            "add tenants: with query, schemas or list",
        ),
        (
            "tracks: {main: {path: sql/mian, scope: shared, schema: x}}",
            17,
            'tracks.main.path is "sql/mian", which is not there',
            "create the folder, or correct the path",
        ),
    ],
)
def test_tracks_that_cannot_run_are_refused(
    told: Told, line: str, column: int, message: str, advice: str | None
) -> None:
    expected = one(line, column, message, advice)
    # Checks of the whole wait until each part is well formed, so a file without a track reports that alone.
    assert expected in told(line)


def test_a_file_without_the_key_tracks_is_told_so(told: Told) -> None:
    assert told("postgres: 15") == (
        "sqlmig.yaml: there is no track, and a project needs one\n"
        "  next: write tracks: {main: {path: sql/main, scope: shared, schema: app}}"
    )


def test_a_tenant_track_may_not_have_a_schema(told: Told) -> None:
    line = "tracks: {main: {path: sql/main, scope: tenant, schema: x}}"
    message = "tracks.main runs in the schema of each tenant and has none of its own"
    assert told(f"{line}\ntenants: {{query: SELECT 1}}") == one(
        line, 56, message, "remove schema, or write scope: shared"
    )


def test_two_tracks_may_not_share_a_folder(told: Told) -> None:
    text = "tracks:\n  a: {path: sql/main, scope: shared, schema: x}\n  b: {path: ./sql/main, scope: shared, schema: y}"
    message = "tracks.b.path is the folder of tracks.a.path too"
    assert told(text) == one(text.splitlines()[2], 7, message, "give each a folder of its own", 3)


@pytest.mark.parametrize(
    ("line", "column", "message", "advice"),
    [
        ("tenants: {}", 1, "tenants must have exactly one of query, schemas, list: it has none of them", None),
        (
            "tenants: {query: Q, schemas: 't_*'}",
            1,
            "tenants must have exactly one of query, schemas, list: it has query and schemas",
            None,
        ),
        (
            "tenants: {query: Q, schema_name: acme}",
            34,
            'tenants.schema_name must be a text with {slug} in it once, such as tenant_{slug}, not "acme"',
            None,
        ),
        (
            "tenants: {query: Q, schema_name: '{slug}{x}'}",
            34,
            'tenants.schema_name must be a text with {slug} in it once, such as tenant_{slug}, not "{slug}{x}"',
            None,
        ),
        ("tenants: {list: x}", 17, f'tenants.list must be a list of tenants such as {ROW[6:]}, not "x"', None),
        ("tenants: {list: [x]}", 18, 'tenants.list must hold mappings, not "x"', ROW),
        ("tenants: {list: [{slug: a}]}", 18, "tenants.list has a tenant without schema", ROW),
        (
            "tenants: {list: [{slug: 7, schema: t}]}",
            25,
            "tenants.list has a tenant whose slug is the number 7, which is no text",
            "put it in quotes",
        ),
        (
            "tenants: {list: [{slug: ~, schema: t}]}",
            25,
            "tenants.list has a tenant whose slug is nothing, which is no text",
            "put it in quotes",
        ),
        (
            "tenants: {list: [{slug: a, schema: '${LONG}'}]}",
            18,
            f'tenant "a": schema "{"x" * 64}" is 64 bytes long; PostgreSQL cuts names after 63 bytes',
            None,
        ),
        (
            "tenants: {list: [{slug: a, schema: ''}]}",
            36,
            'tenants.list has a tenant whose schema is "", which is no text',
            "put it in quotes",
        ),
        (
            "tenants: {list: [{slug: a, schema: t}, {slug: b, schema: t}]}",
            58,
            'tenants.list has two tenants with the schema "t": the first is on line 1',
            "give each its own schema",
        ),
        (
            "tenants: {list: [{slug: a, schema: t}, {slug: a, schema: u}]}",
            47,
            'tenants.list has two tenants with the slug "a": the first is on line 1',
            "give each its own slug",
        ),
        (
            "tenants: {list: [{slug: a, schema: t}, {slug: b, schema: sqlmig}]}",
            40,
            'tenant "b": schema "sqlmig" is shared by all tenants and cannot belong to one of them',
            None,
        ),
        (
            "tenants: {schemas: '*m*'}",
            11,
            'tenants.schemas matches "sqlmig", which no tenant has',
            "write a pattern that only schemas of tenants match, such as tenant_*",
        ),
    ],
)
def test_a_registry_that_cannot_be_right_is_refused(
    told: Told, line: str, column: int, message: str, advice: str | None
) -> None:
    assert told(f"{line}\n{TRACK}") == one(line, column, message, advice)


@pytest.mark.parametrize(
    ("line", "column", "message", "advice"),
    [
        (
            "history_schema: '${A}'",
            17,
            "the environment variable A is not set",
            "set it, or give it a default: ${A:-...}",
        ),
        ("history_schema: 'x${BROKEN}'", 17, "the environment variable BROKEN does not hold valid UTF-8", None),
        (
            "history_schema: '${EMPTY}'",
            17,
            "history_schema is empty: ${EMPTY} is set, but to nothing",
            "give it a value, or leave it out",
        ),
        (
            "history_schema: '${'",
            17,
            "a ${ begins here that is no ${NAME} and no ${NAME:-default}",
            "write $${ for the two characters",
        ),
        (
            "variables: {a: ['${1}']}",
            17,
            "a ${ begins here that is no ${NAME} and no ${NAME:-default}",
            "write $${ for the two characters",
        ),
        (
            "history_schema: 'pg_${SECRET}'",
            17,
            "history_schema is refused: schema ${SECRET} begins with pg_, which PostgreSQL reserves for itself",
            None,
        ),
        (
            "apply: {workers: '${SECRET}'}",
            18,
            "apply.workers must be a whole number from 1 to 256, or auto, not ${SECRET}",
            None,
        ),
        (
            "apply: {workers: '${NUMBER}'}",
            18,
            "apply.workers must be a whole number from 1 to 256, or auto, not ${NUMBER}",
            None,
        ),
        (
            "apply: {backup: '${SECRET}'}",
            17,
            "apply.backup must be none, required, canaries or destructive, not ${SECRET}",
            None,
        ),
        ("macros: '${SECRET}'", 1, "macros is ${SECRET}, which is not there", "create the folder, or correct the path"),
        (
            "database_url: '${SECRET}'",
            15,
            "database_url must be embedded, a URL such as postgresql://user@host/database, or libpq's key=value pairs",
            None,
        ),
    ],
)
def test_a_variable_that_does_not_fit_is_named_and_its_value_is_not_shown(
    told: Told, line: str, column: int, message: str, advice: str | None
) -> None:
    assert told(f"{line}\n{TRACK}") == one(line, column, message, advice)


def test_all_missing_variables_are_named_at_once_but_those_of_other_environments(told: Told) -> None:
    text = f"history_schema: '${{A}}'\nvariables: {{x: '${{B}} ${{C}}'}}\n{TRACK}"
    text += "environments:\n  a: {database_url: '${D}'}\n  b: {database_url: '${E}'}\n"
    names = [
        line.split("variable ")[1].split(" ")[0]
        for line in told(text, "a").splitlines()
        if "the environment variable" in line
    ]
    assert names == ["A", "B", "C", "D"]


def test_a_broken_placeholder_is_refused_in_every_environment(told: Told) -> None:
    line = "environments: {a: {}, b: {macros: '${x-y}'}}"
    message = "a ${ begins here that is no ${NAME} and no ${NAME:-default}"
    assert told(f"{line}\n{TRACK}", "a") == one(line, 35, message, "write $${ for the two characters")


def test_problems_of_all_kinds_are_told_in_one_reading_in_the_order_of_the_file(told: Told) -> None:
    text = "xyz: 1\npostgres: 9\nsearch_path: [pg_a, 1]\nmacros: '${A}'\ntenants: {}\n"
    text += "environments: {a: {lint: {fail_on: x}}}\n"
    places = [line.split(": ")[0] for line in told(text, "a").splitlines() if line.startswith("sqlmig.yaml")]
    assert [place.removeprefix("sqlmig.yaml:") for place in places] == [
        "1:1",
        "2:11",
        "3:15",
        "3:21",
        "4:9",
        "5:1",
        "6:36",
    ]


class TestEnvironmentThatIsNotThere:
    text = f"{TRACK}environments: {{demo: {{}}, production: {{}}}}\n"

    def test_the_names_and_the_nearest_are_given(self, told: Told) -> None:
        assert told(self.text, "prodution") == (
            "--env says 'prodution', and there is no such environment: there is demo, production\n"
            "  next: did you mean 'production'?"
        )

    def test_the_variable_is_named(self, told: Told) -> None:
        assert told(self.text, SQLMIG_ENV="xyz") == (
            "SQLMIG_ENV says 'xyz', and there is no such environment: there is demo, production\n"
            "  next: known: demo, production"
        )

    def test_the_default_is_shown_in_the_file(self, told: Told) -> None:
        line = "default_environment: dmo"
        message = "default_environment says 'dmo', and there is no such environment: there is demo, production"
        assert told(f"{line}\n{self.text}") == one(line, 22, message, "did you mean 'demo'?")

    def test_a_default_of_another_kind_is_a_wrong_value(self, told: Told) -> None:
        line = "default_environment: [demo]"
        assert told(f"{line}\n{self.text}") == one(line, 22, "default_environment must be a text, not a list")

    def test_a_file_without_environments_says_so(self, told: Told) -> None:
        assert told(TRACK, "demo") == (
            "--env says 'demo', and the file has no environments\n  next: remove --env, or add it"
        )

    def test_other_problems_are_told_too(self, told: Told) -> None:
        assert "unknown key 'xyz'" in told(f"{self.text}xyz: 1", "demmo")


@pytest.mark.parametrize("url", ["mysql://u:hunter2@h/d", "hunter2"])
def test_a_database_url_from_outside_is_refused_without_being_shown(told: Told, url: str) -> None:
    kinds = "embedded, a URL such as postgresql://user@host/database, or libpq's key=value pairs"
    assert told(TRACK, database_url=url) == f"--database-url: database_url must be {kinds}"
    assert told(TRACK, SQLMIG_DATABASE_URL=url) == f"SQLMIG_DATABASE_URL: database_url must be {kinds}"


def test_an_empty_option_is_refused(told: Told) -> None:
    assert told(TRACK, database_url="") == (
        "--database-url: database_url is empty\n  next: give it a value, or leave it out"
    )


def test_a_long_value_is_cut(told: Told) -> None:
    line = f"lint: {{fail_on: {'x' * 100}}}"
    message = f'lint.fail_on must be error, warning or never, not "{"x" * 60}..."'
    assert told(f"{line}\n{TRACK}") == one(line, 17, message)


def test_a_password_used_as_a_key_is_not_shown(told: Told) -> None:
    assert "unknown key 'postgresql://u:***@h/d'" in told(f"'postgresql://u:hunter2@h/d': 1\n{TRACK}")


def test_a_database_url_used_as_a_schema_of_a_tenant_is_not_shown(told: Told) -> None:
    text = f"tenants: {{list: [{{slug: a, schema: '${{URL}}'}}]}}\n{TRACK}"
    url = f"postgresql://u:hunter2@h/{'d' * 64}"
    assert 'schema "postgresql://u:***@h/' in told(text, URL=url)


def test_a_default_environment_is_not_filled_in_from_variables(told: Told) -> None:
    line = "default_environment: '${X}'"
    message = "default_environment says '${X}', and the file has no environments"
    assert told(f"{line}\n{TRACK}") == one(line, 22, message, "remove default_environment, or add it")


@pytest.mark.parametrize("url", ["postgres:/u:hunter2@h/d", "hunter2", "u:hunter2@h"])
def test_a_line_with_what_may_be_a_password_is_not_shown(told: Told, url: str) -> None:
    said = told(f"database_url: {url}\n{TRACK}")
    assert said.startswith("sqlmig.yaml:1:15: database_url must be embedded, a URL such as")
    assert "hunter2" not in said
