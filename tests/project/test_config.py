from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sqlmig.errors import ConfigError
from sqlmig.project.config.check import shared_schemas
from sqlmig.project.config.lint import LintConfig
from sqlmig.project.config.load import find_config, load_config
from sqlmig.project.config.origin import Origin
from sqlmig.project.config.values import ApplyConfig, Config, RegistryConfig, TrackConfig
from sqlmig.project.model import Scope
from sqlmig.secret import Secret

DESIGNED = """\
postgres: 15                       # the oldest server this project runs on
history_schema: sqlmig
search_path: [extensions]
tracks:
  platform: {path: sql/platform, scope: shared, schema: platform_core}
  tenant: {path: sql/tenant, scope: tenant}
tenants:                           # a query, or a pattern, or a list
  query: |
    SELECT id, tenant_slug AS slug, database_schema_name AS schema, subscription_tier AS tier
    FROM platform_core.tenants WHERE is_active ORDER BY created_at
variables: {app_role: deal_app}
lint: {tenancy: schema, tenant_column: tenant_id, tenant_setting: app.current_tenant_id, fail_on: error}
apply: {lock_timeout: 3s, statement_timeout: 0, attempts: 8, workers: 4, refuse_on: error}
environments:
  demo: {database_url: embedded, development: true}
  production: {database_url: "${DATABASE_URL}", lint: {fail_on: warning}}
"""
ONE_TRACK = "tracks:\n  main: {path: sql/tenant, scope: shared, schema: app}\n"

Load = Callable[..., Config]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    for folder in ("sql/platform", "sql/tenant"):
        (tmp_path / folder).mkdir(parents=True)

    def load(
        text: str,
        environment: str | None = None,
        environ: Mapping[str, str] | None = None,
        database_url: str | None = None,
    ) -> Config:
        file = tmp_path / "sqlmig.yaml"
        file.write_text(text, encoding="utf-8")
        return load_config(file, environment=environment, environ=environ or {}, database_url=database_url)

    return load


def test_the_designed_file_loads_as_it_is_written(load: Load, tmp_path: Path) -> None:
    config = load(DESIGNED, "demo")
    assert config == Config(
        root=tmp_path,
        file="sqlmig.yaml",
        environment="demo",
        postgres=15,
        database_url=Secret("embedded"),
        development=True,
        history_schema="sqlmig",
        search_path=("extensions",),
        tracks=(
            TrackConfig("platform", "sql/platform", Scope.SHARED, "platform_core"),
            TrackConfig("tenant", "sql/tenant", Scope.TENANT),
        ),
        tenants=RegistryConfig(
            query="SELECT id, tenant_slug AS slug, database_schema_name AS schema, subscription_tier AS tier\n"
            "FROM platform_core.tenants WHERE is_active ORDER BY created_at\n"
        ),
        variables={"app_role": "deal_app"},
        sources=config.sources,
    )


def test_one_shared_track_and_nothing_else_is_a_project(load: Load) -> None:
    config = load(ONE_TRACK)
    assert (config.tenants, config.environment, config.database_url) == (None, None, None)
    assert (config.postgres, config.history_schema, config.search_path) == (14, "sqlmig", ())
    assert (config.lint, config.apply) == (LintConfig(), ApplyConfig())
    assert (config.macros, config.lifecycle.path, config.development) == ("sql/macros", "sql/lifecycle", False)


def test_an_environment_is_merged_key_by_key_and_its_lists_replace(load: Load) -> None:
    text = (
        "search_path: [a, b]\napply: {attempts: 3, workers: 2}\nvariables: {limits: {users: 1, deals: 2}, x: 1}\n"
        + ONE_TRACK
        + "environments:\n  dev:\n    search_path: [c]\n    apply: {workers: auto}\n"
        "    variables: {limits: {users: 9}, y: [1, {z: null}]}\n"
        "    tracks: {main: {schema: other}, extra: {path: sql/platform, scope: shared, schema: more}}\n"
    )
    config = load(text, "dev")
    assert config.search_path == ("c",)
    assert config.apply == ApplyConfig(attempts=3, workers="auto")
    assert config.variables == {"limits": {"users": 9, "deals": 2}, "x": 1, "y": (1, {"z": None})}
    assert [(track.name, track.schema) for track in config.tracks] == [("main", "other"), ("extra", "more")]


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("{x: {}}", {"x": {"a": 1}}),
        ("{x: 5}", {"x": 5}),
        ("{x: [1]}", {"x": (1,)}),
        ("{x: {b: 2}}", {"x": {"a": 1, "b": 2}}),
        ("", {"x": {"a": 1}}),
    ],
)
def test_a_mapping_among_the_variables_is_merged_and_anything_else_replaces_it(
    load: Load, override: str, expected: object
) -> None:
    text = f"variables: {{x: {{a: 1}}}}\n{ONE_TRACK}environments: {{dev: {{variables: {override}}}}}"
    assert load(text, "dev").variables == expected


def test_an_empty_mapping_is_a_value(load: Load) -> None:
    assert load(f"variables: {{x: {{}}}}\n{ONE_TRACK}").variables == {"x": {}}


def test_sections_whose_lines_are_all_commented_out_are_as_if_absent(load: Load) -> None:
    config = load(f"{ONE_TRACK}tenants:\nvariables:\nlint:\napply:\nenvironments:\n  dev:\n", "dev")
    assert (config.tenants, config.variables, config.lint, config.environment) == (None, {}, LintConfig(), "dev")


def test_an_environment_replaces_one_kind_of_registry_by_another(load: Load) -> None:
    text = f"{ONE_TRACK}tenants: {{query: SELECT 1, schema_name: 't_{{slug}}'}}\nenvironments:\n"
    text += (
        "  ci: {tenants: {list: [{slug: acme, schema: tenant_acme, tier: 2}]}}\n  dev: {tenants: {schemas: 't_*'}}\n"
    )
    ci, dev = load(text, "ci").tenants, load(text, "dev").tenants
    row = {"slug": "acme", "schema": "tenant_acme", "tier": 2}
    assert ci == RegistryConfig(list=(row,), schema_template="t_{slug}")
    assert dev == RegistryConfig(schemas="t_*", schema_template="t_{slug}")


class TestChoiceOfEnvironment:
    several = f"{ONE_TRACK}environments: {{demo: {{}}, ci: {{}}}}\n"

    def test_the_option_goes_before_the_variable_and_the_file(self, load: Load) -> None:
        config = load(f"{self.several}default_environment: ci", "demo", {"SQLMIG_ENV": "ci"})
        assert (config.environment, str(config.sources["environment"])) == ("demo", "option --env")

    def test_the_variable_goes_before_the_file(self, load: Load) -> None:
        config = load(f"{self.several}default_environment: ci", None, {"SQLMIG_ENV": "demo"})
        assert (config.environment, str(config.sources["environment"])) == ("demo", "SQLMIG_ENV")

    def test_an_empty_variable_is_no_choice(self, load: Load) -> None:
        config = load(f"{self.several}default_environment: ci", None, {"SQLMIG_ENV": ""})
        assert (config.environment, str(config.sources["environment"])) == ("ci", "sqlmig.yaml:4")

    def test_the_only_environment_is_taken(self, load: Load) -> None:
        config = load(f"{ONE_TRACK}environments: {{demo: {{}}}}")
        assert (config.environment, str(config.sources["environment"])) == ("demo", "sqlmig.yaml:3")

    def test_of_several_none_is_taken(self, load: Load) -> None:
        config = load(self.several)
        assert (config.environment, str(config.sources["environment"])) == (None, "default")


class TestVariables:
    def test_a_variable_a_default_and_a_dollar_are_filled_in(self, load: Load) -> None:
        text = f"{ONE_TRACK}variables: {{a: 'x${{A}}y', b: '${{B:-b}}', c: '$$5 $1 $', d: '${{D:-}}', e: '$${{A}}'}}"
        assert load(text, environ={"A": "1", "B": ""}).variables == {
            "a": "x1y",
            "b": "b",
            "c": "$5 $1 $",
            "d": "",
            "e": "${A}",
        }

    def test_variables_reach_into_lists_and_mappings(self, load: Load) -> None:
        text = f"{ONE_TRACK}variables: {{a: [{{b: '${{X}}'}}]}}\nsearch_path: ['${{X}}']"
        config = load(text, environ={"X": "x"})
        assert (config.variables, config.search_path) == ({"a": ({"b": "x"},)}, ("x",))
        assert config.sources["variables.a"].variables == ("X",)

    def test_what_a_variable_holds_is_not_looked_at_again(self, load: Load) -> None:
        assert load(f"{ONE_TRACK}variables: {{a: '${{A}}'}}", environ={"A": "${B} $$"}).variables == {"a": "${B} $$"}

    def test_numbers_and_flags_may_come_from_variables(self, load: Load) -> None:
        text = f"{ONE_TRACK}apply: {{workers: '${{W}}', lock_timeout: '${{T}}'}}\n"
        text += "environments: {e: {development: '${D}'}}"
        config = load(text, environ={"W": "7", "T": "5s", "D": "true"})
        assert (config.apply.workers, config.apply.lock_timeout, config.development) == (7, "5s", True)
        assert load(text, environ={"W": "auto", "T": "5s", "D": "false"}).apply.workers == "auto"

    def test_a_variable_of_another_environment_may_be_missing(self, load: Load) -> None:
        assert load(DESIGNED, "demo").database_url == Secret("embedded")


class TestDatabaseUrl:
    environ: Mapping[str, str] = {
        "SQLMIG_DATABASE_URL": "postgresql://variable/db",
        "DATABASE_URL": "postgresql://file/db",
    }

    @pytest.mark.parametrize(
        ("option", "environ", "url", "source"),
        [
            ("postgresql://option/db", environ, "postgresql://option/db", "option --database-url"),
            (None, environ, "postgresql://variable/db", "SQLMIG_DATABASE_URL"),
            (
                None,
                {**environ, "SQLMIG_DATABASE_URL": ""},
                "postgresql://file/db",
                "environment production (sqlmig.yaml:16), variable ${DATABASE_URL}",
            ),
        ],
    )
    def test_the_nearest_one_counts(
        self, load: Load, option: str | None, environ: Mapping[str, str], url: str, source: str
    ) -> None:
        config = load(DESIGNED, "production", environ, option)
        assert (config.database_url, str(config.sources["database_url"])) == (Secret(url), source)

    def test_one_from_outside_makes_the_variable_of_the_file_needless(self, load: Load) -> None:
        assert load(DESIGNED, "production", {}, "service=x").database_url == Secret("service=x")

    @pytest.mark.parametrize("url", ["embedded", "postgres://h/d", "postgresql:///d", "host=h dbname=d", "service = x"])
    def test_every_form_that_libpq_knows_is_accepted(self, load: Load, url: str) -> None:
        assert load(ONE_TRACK, database_url=url).database_url == Secret(url)

    def test_it_does_not_show_in_the_repr_of_the_configuration(self, load: Load) -> None:
        config = load(f"{ONE_TRACK}variables: {{password: hunter2}}", database_url="postgresql://u:hunter2@h/d")
        assert "hunter2" not in repr(config)


def test_each_value_knows_where_it_comes_from(load: Load) -> None:
    sources = load(DESIGNED, "production", {"DATABASE_URL": "postgresql://h/d"}).sources
    assert {key: str(sources[key]) for key in ("postgres", "tracks.tenant.scope", "lint.fail_on", "apply.backup")} == {
        "postgres": "sqlmig.yaml:1",
        "tracks.tenant.scope": "sqlmig.yaml:6",
        "lint.fail_on": "environment production (sqlmig.yaml:16)",
        "apply.backup": "default",
    }
    assert sources["lint.fail_on"].origin is Origin.ENVIRONMENT
    assert sources["variables.app_role"].origin is Origin.FILE


@pytest.mark.parametrize(
    ("written", "value"),
    [("0", "0"), ("'0'", "0"), ("500ms", "500ms"), ("2min", "2min"), ("1h", "1h"), ("24d", "24d")],
)
def test_a_duration_has_a_unit_or_is_zero(load: Load, written: str, value: str) -> None:
    assert load(f"{ONE_TRACK}apply: {{statement_timeout: {written}}}").apply.statement_timeout == value


def test_schemas_that_no_tenant_may_have_are_known(load: Load) -> None:
    assert shared_schemas(load(DESIGNED, "demo")) == {"sqlmig", "extensions", "platform_core"}


def test_public_may_hold_the_only_track(load: Load) -> None:
    assert load(ONE_TRACK.replace("app", "public")).tracks[0].schema == "public"


def test_a_track_may_be_reached_by_a_link_inside_the_project(load: Load, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("sql/tenant")
    assert load(ONE_TRACK.replace("sql/tenant", "link")).tracks[0].path == "link"


class TestFindConfig:
    def test_the_nearest_folder_above_counts(self, tmp_path: Path) -> None:
        inner = tmp_path / "a" / "b"
        inner.mkdir(parents=True)
        (tmp_path / "sqlmig.yaml").touch()
        (tmp_path / "a" / "sqlmig.yaml").touch()
        assert find_config(inner) == tmp_path / "a" / "sqlmig.yaml"

    def test_without_one_it_says_where_it_looked(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError) as caught:
            find_config(tmp_path)
        looked = ", ".join(str(folder) for folder in (tmp_path, *tmp_path.parents))
        assert str(caught.value) == (
            f"there is no sqlmig.yaml; looked in {looked}\n"
            "  next: run `sqlmig init` here, go to the project's folder, or name the file with --config"
        )

    def test_a_file_with_the_other_ending_is_pointed_out(self, tmp_path: Path) -> None:
        (tmp_path / "sqlmig.yml").touch()
        with pytest.raises(ConfigError) as caught:
            find_config(tmp_path)
        assert str(caught.value) == f"{tmp_path / 'sqlmig.yml'} must be called sqlmig.yaml\n  next: rename it"


_pieces = st.sampled_from(
    [
        *"abc:{}[]&*|>'\"#-!%@`,?<$ \n\t",
        *("\n  ", ": ", "- ", "&a ", "*a", "<<", "\0", "\ud800", "\x85", "🦄"),
        *("tracks", "path", "scope", "shared", "schema", "tenants", "query", "list", "variables", "apply", "workers"),
        *("environments", "default_environment", "database_url", "sql/tenant", "${X}", "${Y:-z}", "${"),
        *("null", "true", "no", "15", "0", "3s"),
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.lists(_pieces, max_size=40).map("".join), st.text()), st.sampled_from([None, "a"]))
def test_any_text_is_a_configuration_or_a_clear_error(tmp_path: Path, text: str, environment: str | None) -> None:
    (tmp_path / "sql" / "tenant").mkdir(parents=True, exist_ok=True)
    file = tmp_path / "sqlmig.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        config = load_config(file, environment=environment, environ={"X": "x"})
    except ConfigError as error:
        assert error.problems  # noqa: PT017
    else:
        assert isinstance(config, Config)


_LINT_KEYS = ["fail_on", "rules", "paths", "since", "packs", "naming", "table", "samples", "exempt_tables"]
_ROLLOUT_KEYS = ["waves", "breaker", "name", "tenants", "where", "count", "share", "smallest", "gate", "failures"]
_values = st.recursive(
    st.sampled_from(
        [
            *("null", "true", "7", "0", "-1", "1.5", "x", "''", "3s", "'${X}'", "'${Y:-}'", "'${Z}'", "shared", "sql"),
            *("off", "0042", "'(['", "sql/*", "strict", "10%", "rest", "tier=x"),
        ]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(
            st.sampled_from(
                ["path", "scope", "schema", "query", "list", "slug", "workers", "a", "<<", *_LINT_KEYS, *_ROLLOUT_KEYS]
            ),
            inner,
            max_size=4,
        ).map(lambda entries: "{" + ", ".join(f"{key}: {value}" for key, value in entries.items()) + "}"),
    ),
    max_leaves=8,
)
_keys = st.sampled_from(
    ["postgres", "search_path", "tracks", "tenants", "variables", "lint", "apply", "macros", "environments", "x"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(_keys, _values, max_size=5))
def test_any_value_at_any_key_is_a_configuration_or_a_clear_error(tmp_path: Path, entries: dict[str, str]) -> None:
    (tmp_path / "sql").mkdir(exist_ok=True)
    file = tmp_path / "sqlmig.yaml"
    file.write_text("\n".join(f"{key}: {value}" for key, value in entries.items()), encoding="utf-8")
    try:
        load_config(file, environ={"X": "x"})
    except ConfigError as error:
        assert all(problem.message for problem in error.problems)  # noqa: PT017
