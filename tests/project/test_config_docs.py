from dataclasses import fields
from pathlib import Path

import pytest

from sqlmig.project.config.backup import BackupConfig, KeepConfig, UndoConfig
from sqlmig.project.config.docs import EXAMPLE, LINT_EXAMPLE, SMALLEST_EXAMPLE, configuration_page
from sqlmig.project.config.doctor import DoctorConfig, DoctorIgnore
from sqlmig.project.config.document import top_level_keys
from sqlmig.project.config.keys import definitions
from sqlmig.project.config.lint import LintConfig
from sqlmig.project.config.load import load_config
from sqlmig.project.config.rollout import BreakerConfig, Gate, WaveRule
from sqlmig.project.config.tenancy import LifecycleConfig, TemplateConfig
from sqlmig.project.config.values import ApplyConfig, Config, DatabaseConfig, RegistryConfig, TrackConfig

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
CLASSES = (
    Config,
    DatabaseConfig,
    TrackConfig,
    RegistryConfig,
    LintConfig,
    ApplyConfig,
    WaveRule,
    Gate,
    BreakerConfig,
    LifecycleConfig,
    TemplateConfig,
    BackupConfig,
    KeepConfig,
    UndoConfig,
    DoctorConfig,
    DoctorIgnore,
)


def test_the_page_says_what_the_program_does() -> None:
    regenerate = "run `python -m sqlmig.project.config.docs docs/configuration.md`"
    assert PAGE.read_text(encoding="utf-8") == configuration_page(), regenerate


@pytest.mark.parametrize("of", CLASSES)
def test_every_key_is_on_the_page_with_its_meaning(of: type) -> None:
    for definition in definitions(of):
        assert f"| `{definition.name}` |" in configuration_page()
        assert definition.key.description in configuration_page()


def test_the_keys_that_choose_an_environment_are_on_the_page() -> None:
    assert {"default_environment", "environments"} <= set(top_level_keys())
    assert all(f"| `{name}` |" in configuration_page() for name in top_level_keys())


@pytest.mark.parametrize("of", CLASSES)
def test_every_field_is_a_key_or_known_not_to_be_one(of: type) -> None:
    known = {"root", "file", "environment", "sources", "name"}
    assert {f.name for f in fields(of)} - {d.field.name for d in definitions(of)} <= known


@pytest.mark.parametrize("example", [EXAMPLE, SMALLEST_EXAMPLE, EXAMPLE + LINT_EXAMPLE])
def test_the_examples_on_the_page_load(tmp_path: Path, example: str) -> None:
    for folder in ("platform", "tenant", "main"):
        (tmp_path / "sql" / folder).mkdir(parents=True)
    (tmp_path / "sqlmig.yaml").write_text(example, encoding="utf-8")
    assert load_config(tmp_path / "sqlmig.yaml", environ={}).tracks
