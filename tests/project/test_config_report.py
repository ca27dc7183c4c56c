import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from sqlmig.project.config.load import load_config
from sqlmig.project.config.values import Config
from sqlmig.report.config import config_json, config_text

TEXT = """\
postgres: 15
search_path: [extensions, "Odd, one"]
tracks:
  platform: {path: sql/platform, scope: shared, schema: platform_core}
  tenant: {path: sql/tenant, scope: tenant}
tenants:
  query: |
    SELECT id, slug, schema
    FROM platform_core.tenants ORDER BY created_at
variables:
  app_role: deal_app
  limits: {users: 10, note: "a: b", none: {}}
  version: "15"
  ratio: 0.5
  odd: ["true", null, true, {k: v, api_key: k1}]
  smtp_password: hunter2
  ftp: "${FTP_SECRET}"
  feed: ftp://u:hunter2@h/x
  "on": "1\\e2"
environments:
  demo: {database_url: embedded, development: true}
  production: {database_url: "${DATABASE_URL}", lint: {fail_on: warning}}
"""
ENVIRON = {"DATABASE_URL": "postgresql://app:hunter2@db:5432/deals", "FTP_SECRET": "hunter2"}
SHOWN = """\
# /ROOT/sqlmig.yaml
environment:                   production                                        # option --env
postgres:                      15                                                # sqlmig.yaml:1
database_url:                  postgresql://app:***@db:5432/deals                # environment production (sqlmig.yaml:22), variable ${DATABASE_URL}
development:                   false                                             # default
history_schema:                sqlmig                                            # default
search_path:                   [extensions, "Odd, one"]                          # sqlmig.yaml:2
tracks.platform.path:          sql/platform                                      # sqlmig.yaml:4
tracks.platform.scope:         shared                                            # sqlmig.yaml:4
tracks.platform.schema:        platform_core                                     # sqlmig.yaml:4
tracks.tenant.path:            sql/tenant                                        # sqlmig.yaml:5
tracks.tenant.scope:           tenant                                            # sqlmig.yaml:5
tenants.query:                 "SELECT id, slug, schema FROM platform_core.t...  # sqlmig.yaml:7
tenants.schema_name:           "tenant_{slug}"                                   # default
variables.app_role:            deal_app                                          # sqlmig.yaml:11
variables.limits.users:        10                                                # sqlmig.yaml:12
variables.limits.note:         "a: b"                                            # sqlmig.yaml:12
variables.limits.none:         {}                                                # sqlmig.yaml:12
variables.version:             "15"                                              # sqlmig.yaml:13
variables.ratio:               0.5                                               # sqlmig.yaml:14
variables.odd:                 ["true", null, true, {k: v, api_key: ***}]        # sqlmig.yaml:15
variables.smtp_password:       ***                                               # sqlmig.yaml:16
variables.ftp:                 ***                                               # sqlmig.yaml:17, variable ${FTP_SECRET}
variables.feed:                ftp://u:***@h/x                                   # sqlmig.yaml:18
variables.on:                  "1\\x1b2"                                          # sqlmig.yaml:19
lint.tenancy:                  schema                                            # default
lint.tenant_column:            tenant_id                                         # default
lint.tenant_setting:           app.current_tenant_id                             # default
lint.fail_on:                  warning                                           # environment production (sqlmig.yaml:22)
lint.packs:                    []                                                # default
lint.since:                    0                                                 # default
lint.exempt_tables:            []                                                # default
lint.small_tables:             []                                                # default
lint.tenant_functions:         []                                                # default
lint.app_roles:                []                                                # default
lint.shared_schemas:           []                                                # default
lint.tenants:                  100                                               # default
lint.max_statements:           50                                                # default
lint.max_index_columns:        3                                                 # default
lint.samples:                  []                                                # default
apply.lock_timeout:            3s                                                # default
apply.statement_timeout:       0                                                 # default
apply.attempts:                8                                                 # default
apply.workers:                 4                                                 # default
apply.refuse_on:               error                                             # default
apply.lock_wait:               60s                                               # default
apply.backup:                  none                                              # default
apply.restore_point:           true                                              # default
apply.waves:                   []                                                # default
apply.breaker.same_in_a_row:   3                                                 # default
apply.breaker.share:           10%                                               # default
apply.per_target_transaction:  false                                             # default
apply.concurrently_above:      10000                                             # default
apply.connection_targets:      300                                               # default
apply.synchronous_commit:      "on"                                              # default
macros:                        sql/macros                                        # default
lifecycle.path:                sql/lifecycle                                     # default
backup.recipients:             []                                                # default
backup.compression:            gzip                                              # default
backup.workers:                2                                                 # default
backup.keep.daily:             7                                                 # default
backup.keep.weekly:            4                                                 # default
backup.keep.monthly:           12                                                # default
backup.lock_timeout:           30s                                               # default
undo.below:                    0                                                 # default
undo.keep:                     7d                                                # default
doctor.fail_on:                error                                             # default
doctor.ignore:                 []                                                # default
doctor.probe_tenants:          5                                                 # default
"""  # noqa: E501


@pytest.fixture
def config(tmp_path: Path) -> Config:
    for folder in ("sql/platform", "sql/tenant"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "sqlmig.yaml").write_text(TEXT, encoding="utf-8")
    return load_config(tmp_path / "sqlmig.yaml", environment="production", environ=ENVIRON)


def test_people_see_each_key_with_its_value_and_source(config: Config) -> None:
    assert config_text(config) == SHOWN.replace("/ROOT", str(config.root))


def test_programs_get_the_same_with_whole_values(config: Config) -> None:
    said = json.loads(json.dumps(config_json(config)))
    assert (said["format"], said["file"], said["environment"]) == (
        "sqlmig.config/1",
        str(config.root / "sqlmig.yaml"),
        "production",
    )
    by_key: Mapping[str, object] = {setting["key"]: setting for setting in said["settings"]}
    assert by_key["tenants.query"] == {
        "key": "tenants.query",
        "value": "SELECT id, slug, schema\nFROM platform_core.tenants ORDER BY created_at\n",
        "source": {"origin": "file", "name": None, "file": "sqlmig.yaml", "line": 7, "variables": []},
    }
    assert by_key["database_url"] == {
        "key": "database_url",
        "value": "postgresql://app:***@db:5432/deals",
        "source": {
            "origin": "environment",
            "name": "production",
            "file": "sqlmig.yaml",
            "line": 22,
            "variables": ["DATABASE_URL"],
        },
    }
    assert by_key["variables.odd"]["value"] == ["true", None, True, {"k": "v", "api_key": "***"}]  # type: ignore[index]


def test_no_secret_is_shown_to_anyone(config: Config) -> None:
    assert "hunter2" not in config_text(config)
    assert "hunter2" not in json.dumps(config_json(config))


def test_a_project_without_tenants_has_no_tenant_keys_but_the_linters(tmp_path: Path) -> None:
    (tmp_path / "sql").mkdir()
    (tmp_path / "sqlmig.yaml").write_text("tracks: {main: {path: sql, scope: shared, schema: app}}", encoding="utf-8")
    text = config_text(load_config(tmp_path / "sqlmig.yaml", environ={}))
    assert "\ntenants" not in text
    assert "environment:                   null " in text
    assert "database_url:                  null " in text


def test_a_configuration_made_by_hand_can_be_shown_too(tmp_path: Path) -> None:
    text = config_text(Config(tmp_path, "sqlmig.yaml", None, variables={"nested": {"a": 1}}))
    assert "variables.nested.a:            1     " in text


def test_each_entry_of_the_linters_mappings_has_its_own_line_and_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "sql").mkdir()
    (tmp_path / "sqlmig.yaml").write_text(
        "tracks: {main: {path: sql, scope: shared, schema: app}}\n"
        "lint:\n"
        "  rules:\n"
        "    no-password: off\n"
        "  paths: {sql/0*: {no-password: info}}\n"
        "  since: {main: 0042}\n"
        "  samples: [{tier: gold, api_key: hunter2}]\n",
        encoding="utf-8",
    )
    config = load_config(tmp_path / "sqlmig.yaml", environ={})
    lines = [" ".join(line.split()) for line in config_text(config).splitlines()]
    assert 'lint.rules.no-password: "off" # sqlmig.yaml:4' in lines
    assert "lint.paths.sql/0*.no-password: info # sqlmig.yaml:5" in lines
    assert "lint.since: {main: 42} # sqlmig.yaml:6" in lines
    assert "lint.samples: [{tier: gold, api_key: ***}] # sqlmig.yaml:7" in lines
