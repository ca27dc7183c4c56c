"""Which rules count in which file, and for how much."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sqlmig.lint.context import FileContext
from sqlmig.lint.levels import level_of, rules_in_force
from sqlmig.lint.rule import Rule, file_rule
from sqlmig.lint.settings import Settings
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.project.config.lint import LintConfig
from sqlmig.project.config.values import ApplyConfig

PATH = "sql/tenant/0007_x.up.sql"


def _rule(pack: Pack) -> Rule:
    def says(file: FileContext) -> Iterator[Flag]:
        """Any file."""
        yield Flag("a file")

    says.__name__ = f"of_{pack.value}"
    return file_rule(pack=pack, severity=Severity.WARNING)(says)


RULES = tuple(map(_rule, Pack))


def settings(**lint: object) -> Settings:
    return Settings(postgres=15, lint=LintConfig(**lint), apply=ApplyConfig())


@pytest.mark.parametrize(
    ("lint", "optional"),
    [
        ({}, set()),
        ({"packs": ("strict",)}, {"of-strict"}),
        ({"packs": ("style",)}, {"of-style"}),
        ({"packs": ("strict", "style", "timescale", "pgvector")}, {"of-strict", "of-style"}),
        ({"rules": {"of-strict": "info"}}, {"of-strict"}),
        ({"rules": {"of-strict": "off"}}, set()),
        ({"paths": {"sql/*": {"of-style": "error"}}}, {"of-style"}),
        ({"paths": {"sql/*": {"of-style": "off"}}}, set()),
        ({"rules": {"of-style": "off"}, "paths": {"sql/*": {"of-style": "error"}}}, {"of-style"}),
        ({"rules": {"of-core": "error"}}, set()),
    ],
    ids=["default", "strict", "style", "all", "named", "named off", "by path", "by path off", "only by path", "core"],
)
def test_optional_rules_count_when_their_pack_or_their_name_is_there(lint, optional):
    in_force = {rule.name for rule in rules_in_force(RULES, settings(**lint))}
    assert in_force == {"of-core", "of-timescale", "of-pgvector"} | optional


@pytest.mark.parametrize("level", ["off", "info", "warning", "error"])
@pytest.mark.parametrize("own", Severity)
def test_the_configuration_goes_before_what_the_rule_makes_of_it(level, own):
    expected = None if level == "off" else Severity(level)
    assert level_of(RULES[0], own, PATH, settings(rules={"of-core": level})) is expected
    assert level_of(RULES[0], own, PATH, settings(paths={"sql/*": {"of-core": level}})) is expected
    assert level_of(RULES[0], own, PATH, settings(rules={"of-strict": level})) is own


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ({PATH: {"of-core": "error"}}, Severity.ERROR),
        ({"sql/tenant/00*": {"of-core": "error"}}, Severity.ERROR),
        ({"*.up.sql": {"of-core": "error"}}, Severity.ERROR),
        ({"sql/tenant/000?_x.*": {"of-core": "error"}}, Severity.ERROR),
        ({"sql/tenant": {"of-core": "error"}}, Severity.INFO),
        ({"tenant/*": {"of-core": "error"}}, Severity.INFO),
        ({"SQL/*": {"of-core": "error"}}, Severity.INFO),
        ({"*.down.sql": {"of-core": "error"}}, Severity.INFO),
        ({"sql/*": {"of-core": "error"}, PATH: {"of-core": "off"}}, None),
        ({PATH: {"of-core": "off"}, "sql/*": {"of-core": "error"}}, Severity.ERROR),
        ({"sql/*": {"of-core": "error"}, PATH: {"of-strict": "off"}}, Severity.ERROR),
    ],
    ids=[
        "itself", "start", "end", "one character", "a folder is no glob", "not from the root", "case", "another",
        "later off", "later on", "later says nothing",
    ],
)  # fmt: skip
def test_a_path_goes_before_rules_and_a_later_path_before_an_earlier(paths, expected):
    assert level_of(RULES[0], Severity.WARNING, PATH, settings(rules={"of-core": "info"}, paths=paths)) is expected


# --- in a project ---


TEXT = "-- earlier\nSELECT 1;\n-- migration\nSELECT 1;\n-- down\nSELECT 1;\n"
FILES = ["sql/tenant/0001_earlier.up.sql", "sql/tenant/0002_migration.down.sql", "sql/tenant/0002_migration.up.sql"]


@pytest.mark.parametrize(
    ("lint", "expected"),
    [
        ("{}", dict.fromkeys(FILES, "warning")),
        ("{rules: {of-core: 'off'}}", {}),
        ("{rules: {of-core: 'off'}, paths: {'*.down.sql': {of-core: info}}}", {FILES[1]: "info"}),
        ("{paths: {'sql/tenant/0001*': {of-core: 'off'}}}", dict.fromkeys(FILES[1:], "warning")),
        ("{rules: {of-core: error}, paths: {'sql/*': {of-core: info}, '*/0002*': {of-core: error}}}",
         {FILES[0]: "info", FILES[1]: "error", FILES[2]: "error"}),
    ],
)  # fmt: skip
def test_each_file_gets_the_level_of_its_path(linted, lint, expected):
    found = linted(f"-- config: lint: {lint}\n{TEXT}", RULES[0]).result.findings
    assert {finding.place.file: finding.severity.value for finding in found} == expected


@pytest.mark.parametrize("threshold", ["error", "warning", "never"])
@pytest.mark.parametrize("severity", Severity)
def test_what_reaches_a_threshold(severity, threshold):
    order = ["info", "warning", "error", "never"]
    assert severity.reaches(threshold) is (order.index(severity.value) >= order.index(threshold))
