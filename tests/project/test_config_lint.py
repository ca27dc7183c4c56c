"""The section `lint` of sqlmig.yaml: what each key takes, how layers go together, and what is refused."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sqlmig.errors import ConfigError
from sqlmig.project.config.lint import LintConfig
from sqlmig.project.config.load import load_config
from sqlmig.project.config.values import Config

TRACKS = (
    "tracks:\n"
    "  platform: {path: sql/platform, scope: shared, schema: core}\n"
    "  tenant: {path: sql/tenant, scope: tenant}\n"
    "tenants: {query: SELECT 1}\n"
)

Load = Callable[..., Config]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads one `lint:` line, or several, in front of two tracks."""
    for folder in ("sql/platform", "sql/tenant"):
        (tmp_path / folder).mkdir(parents=True)

    def load(text: str, environment: str | None = None, environ: Mapping[str, str] | None = None) -> Config:
        file = tmp_path / "sqlmig.yaml"
        file.write_text(f"{text}\n{TRACKS}", encoding="utf-8")
        return load_config(file, environment=environment, environ=environ or {})

    return load


def told(load: Load, text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """What people are told, each problem in one line: where, what, what to do."""
    with pytest.raises(ConfigError) as caught:
        load(text, environ=environ)
    return [f"{problem.place}: {problem.message} | {problem.next}" for problem in caught.value.problems]


def test_without_the_section_there_are_no_exceptions_of_any_kind(load: Load) -> None:
    lint = load("").lint
    assert lint == LintConfig(
        packs=(),
        rules={},
        paths={},
        since=0,
        exempt_tables=(),
        small_tables=(),
        tenant_type=None,
        tenant_functions=(),
        app_roles=(),
        shared_schemas=(),
        tenants=100,
        timezone=None,
        max_statements=50,
        max_index_columns=3,
        naming={},
        samples=(),
    )


def test_every_key_is_read_as_it_is_meant(load: Load) -> None:
    lint = load(
        "lint:\n"
        "  packs: [strict, pgvector]\n"
        "  rules: {index-not-concurrent: warning, wide-index: off, naming-convention: 'off'}\n"
        "  paths: {'*/0001_*': {wide-index: info}, sql/tenant/00*: {wide-index: error}}\n"
        "  exempt_tables: [tenants, core.*, pg*]\n"
        "  small_tables: [stages]\n"
        "  tenant_type: uuid\n"
        "  tenant_functions: [app.current_tenant, current_tenant]\n"
        "  app_roles: [deal_app, 'Other App']\n"
        "  shared_schemas: [extensions]\n"
        "  tenants: 10000\n"
        "  timezone: UTC\n"
        "  max_statements: 20\n"
        "  max_index_columns: 4\n"
        "  naming: {index: '(idx|uq)_[a-z]{1,9}$', primary_key: '.*_pkey'}\n"
        "  samples: [{tier: gold, users: 5}, {slug: small, schema: tenant_small}]\n"
    ).lint
    assert lint == LintConfig(
        packs=("strict", "pgvector"),
        rules={"index-not-concurrent": "warning", "wide-index": "off", "naming-convention": "off"},
        paths={"*/0001_*": {"wide-index": "info"}, "sql/tenant/00*": {"wide-index": "error"}},
        exempt_tables=("tenants", "core.*", "pg*"),
        small_tables=("stages",),
        tenant_type="uuid",
        tenant_functions=("app.current_tenant", "current_tenant"),
        app_roles=("deal_app", "Other App"),
        shared_schemas=("extensions",),
        tenants=10000,
        timezone="UTC",
        max_statements=20,
        max_index_columns=4,
        naming={"index": "(idx|uq)_[a-z]{1,9}$", "primary_key": ".*_pkey"},
        samples=({"tier": "gold", "users": 5}, {"slug": "small", "schema": "tenant_small"}),
    )
    # The order of the paths is a meaning of its own: the last one that matches counts.
    assert list(lint.paths) == ["*/0001_*", "sql/tenant/00*"]


@pytest.mark.parametrize(
    ("written", "version"),
    [
        ("0042", 42),
        ("0089", 89),
        ("042", 42),
        ("42", 42),
        ("'0042'", 42),
        ("0", 0),
        ("20261121064710", 20261121064710),
        ("1000000000000000000", 10**18),
        ("'${V}'", 42),
    ],
)
def test_a_version_is_decimal_whatever_yaml_makes_of_its_zeros(load: Load, written: str, version: int) -> None:
    assert load(f"lint: {{since: {written}}}", environ={"V": "0042"}).lint.since == version
    assert load(f"lint: {{since: {{tenant: {written}}}}}", environ={"V": "0042"}).lint.since == {"tenant": version}


def test_an_environment_lays_its_entries_over_those_of_the_top_level(load: Load) -> None:
    lint = load(
        "lint:\n"
        "  packs: [strict]\n"
        "  rules: {a: off, b: info}\n"
        "  paths: {sql/x*: {a: info, b: info}, sql/y*: {a: info}}\n"
        "  since: {tenant: 1, platform: 2}\n"
        "  naming: {table: a, view: b}\n"
        "environments:\n"
        "  ci:\n"
        "    lint:\n"
        "      packs: [style]\n"
        "      rules: {b: error, c: warning}\n"
        "      paths: {sql/z*: {a: error}, sql/x*: {b: error}}\n"
        "      since: {tenant: 0010}\n"
        "      naming: {view: c}\n",
        "ci",
    ).lint
    assert lint.packs == ("style",)
    assert lint.rules == {"a": "off", "b": "error", "c": "warning"}
    assert lint.paths == {"sql/x*": {"a": "info", "b": "error"}, "sql/y*": {"a": "info"}, "sql/z*": {"a": "error"}}
    assert list(lint.paths) == ["sql/x*", "sql/y*", "sql/z*"]
    assert lint.since == {"tenant": 10}
    assert lint.naming == {"table": "a", "view": "c"}


def test_the_sources_have_the_place_of_each_entrys_name(load: Load) -> None:
    sources = load(
        "lint:\n"
        "  rules:\n"
        "    a-rule: off\n"
        "    other: '${LEVEL}'\n"
        "  paths:\n"
        "    sql/tenant/*.sql: {a-rule: info}\n"
        "environments: {ci: {lint: {rules: {a-rule: error}}}}\n",
        "ci",
        {"LEVEL": "info"},
    ).sources
    places = {key: str(source.place) for key, source in sources.items() if key.startswith("lint.") and source.place}
    assert places == {
        "lint.rules.a-rule": "sqlmig.yaml:7:36",
        "lint.rules.other": "sqlmig.yaml:4:5",
        "lint.paths.sql/tenant/*.sql.a-rule": "sqlmig.yaml:6:24",
    }
    assert sources["lint.rules.other"].variables == ("LEVEL",)
    assert (excerpt := sources["lint.rules.a-rule"].place) is not None
    assert excerpt.caret().splitlines()[1].index("^") - 4 == 35


LEVELS = "off, info, warning or error"
SINCE = "a version such as 0042, or a mapping from tracks to versions"
OBJECTS = "table, column, index, unique, primary_key, foreign_key, check, policy, trigger, function, view, sequence or"
ROW = "write {slug: acme, tier: gold}"
REGEX = "write one as Python's re reads it"


@pytest.mark.parametrize(
    ("key", "value", "at", "message", "advice"),
    [
        ("packs", "strict", 15, 'must be a list of strict, style, timescale or pgvector, not "strict"',
         "write it in brackets: [one, two]"),
        ("packs", "[stric]", 16, 'must be a list of strict, style, timescale or pgvector, not "stric"',
         "did you mean 'strict'?"),
        ("rules", "[a]", 15, f"must be a mapping from rules to {LEVELS}, not a list", None),
        ("rules", "{a: eror}", 19, f'.a must be {LEVELS}, not "eror"', "did you mean 'error'?"),
        ("rules", "{a: no}", 19, f'.a must be {LEVELS}, not "no"', "write off"),
        ("rules", "{a: false}", 19, f".a must be {LEVELS}, not false", "write off"),
        ("rules", "{a: }", 18, ".a has no value", "give it a value, or leave it out"),
        ("rules", "{A_rule: off}", 16,
         ": a name must be the name of a rule, such as index-not-concurrent, and 'A_rule' is not",
         "did you mean 'a-rule'?"),
        ("rules", "{a b: off}", 16,
         ": a name must be the name of a rule, such as index-not-concurrent, and 'a b' is not", None),
        ("paths", "{sql/*: off}", 23,
         f'.sql/* must be a mapping from rules to {LEVELS}, not "off"', None),
        ("paths", "{sql/*: {a: of}}", 27, f'.sql/*.a must be {LEVELS}, not "of"', "did you mean 'off'?"),
        ("paths", "{/sql/*: {}}", 16,
         ": a name must be a path inside the project with * and ?, such as sql/tenant/00*, and '/sql/*' is not",
         "write it relative to the folder of this file, with forward slashes, without ./"),
        ("paths", "{./sql/*: {}}", 16,
         ": a name must be a path inside the project with * and ?, such as sql/tenant/00*, and './sql/*' is not",
         "write it relative to the folder of this file, with forward slashes, without ./"),
        ("since", "true", 15, f"must be {SINCE}, not true", None),
        ("since", "-4", 15, f"must be {SINCE}, not the number -4", None),
        ("since", "4.2", 15, f"must be {SINCE}, not the number 4.2", None),
        ("since", "0x2A", 15, f'must be {SINCE}, not "0x2A"', None),
        ("since", "2026-11-21", 15, f'must be {SINCE}, not "2026-11-21"', None),
        ("since", "[1]", 15, f"must be {SINCE}, not a list", None),
        ("since", "{tenant: next}", 24, f'must be {SINCE}, not "next"', None),
        ("since", "{tenent: 4}", 16, " names 'tenent', which is no track", "did you mean 'tenant'?"),
        ("exempt_tables", "[a.b.c]", 24,
         'must be a list of tables with * and ?, such as tenants or platform_core.*, not "a.b.c"', None),
        ("small_tables", "[.a]", 23,
         'must be a list of tables with * and ?, such as tenants or platform_core.*, not ".a"', None),
        ("small_tables", "['\"A\"']", 23,
         'must be a list of tables with * and ?, such as tenants or platform_core.*, not ""A""',
         "write names as the catalog has them, without double quotes"),
        ("tenant_functions", "[app.current_tenant()]", 27,
         'must be a list of functions such as app.current_tenant, not "app.current_tenant()"',
         "write app.current_tenant, without parentheses"),
        ("tenant_functions", "[a b]", 27, 'must be a list of functions such as app.current_tenant, not "a b"', None),
        ("app_roles", "[5]", 20, "must be a list of roles, not the number 5", "write '5', in quotes"),
        ("shared_schemas", "[pg_x]", 25,
         ' is refused: schema "pg_x" begins with pg_, which PostgreSQL reserves for itself', None),
        ("tenants", "0", 17, "must be a whole number from 1 to 1000000, not the number 0", None),
        ("max_index_columns", "33", 27, "must be a whole number from 1 to 32, not the number 33", None),
        ("naming", "{tabel: x}", 17, f": a name must be {OBJECTS} migration, and 'tabel' is not",
         "did you mean 'table'?"),
        ("naming", "{table: '(x'}", 24,
         ".table is no regular expression: missing ), unterminated subpattern at position 0", REGEX),
        ("naming", "{table: 'a{99999999999}'}", 24,
         ".table is no regular expression: the repetition number is too large", REGEX),
        ("naming", "{table: '[[a]'}", 24, ".table is no regular expression: Possible nested set at position 1", REGEX),
        ("naming", "{table: 'x${SECRET}'}", 24, ".table is no regular expression", REGEX),
        ("samples", "{tier: gold}", 17, "must be a list of tenants such as {slug: acme, tier: gold}, not a mapping",
         None),
        ("samples", "[gold]", 18, ' must hold mappings, not "gold"', ROW),
        ("samples", "[{slug: 7}]", 25, " has a tenant whose slug is the number 7, which is no text",
         "put it in quotes"),
        ("samples", "[{slug: a}, {tier: x}, {slug: a}]", 47,
         ' has two tenants with the slug "a": the first is on line 1', "give each its own slug"),
        ("samples", "[{tier: x}, {schema: core}]", 29,
         ': schema "core" is shared by all tenants and cannot belong to one of them', None),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_refused_with_what_to_write(
    load: Load, key: str, value: str, at: int, message: str, advice: str | None
) -> None:
    name = f"lint.{key}" if message.startswith((".", ":", " ")) else f"lint.{key} "
    line = f"lint: {{{key}: {value}}}"
    assert told(load, line, {"SECRET": "(hunter2"}) == [f"sqlmig.yaml:1:{at}: {name}{message} | {advice}"]


def test_everything_wrong_in_the_section_is_told_at_once_in_environments_too(load: Load) -> None:
    text = "lint:\n  rules: {a: x, B: off}\n  naming: {table: '('}\nenvironments: {ci: {lint: {since: soon}}}"
    assert [problem.split(": ")[0] for problem in told(load, text)] == [
        "sqlmig.yaml:2:14",
        "sqlmig.yaml:2:17",
        "sqlmig.yaml:3:19",
        "sqlmig.yaml:4:35",
    ]


def test_sections_whose_lines_are_all_commented_out_are_as_if_absent(load: Load) -> None:
    assert load("lint:\n  rules:\n  paths:\n    sql/*:\n  naming:\n").lint == LintConfig(paths={"sql/*": {}})
