"""A review: which files it judges, what its outcome is worth, and what it refuses to begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

import sqlmig
from onerule import CLEAN, INDEX, UP, config, files
from sqlmig.errors import ConfigError, UsageError
from sqlmig.project.config.load import load_config
from sqlmig.review import review

FILES = files() | {
    "sql/tenant/0002_index.verify.sql": CLEAN,
    "sql/tenant/repeatable/view.sql": CLEAN,
    "sql/tenant/repeatable/view.down.sql": CLEAN,
}
BROKEN = {"sql/tenant/0003_x.up.sql": "SELECT {{ nothing }};"}


@pytest.fixture
def look(project):
    """`look(paths=[...])`: a review of the project; `lint` are further keys of its configuration."""
    root = project(FILES)

    def look(lint=None, more=None, **values):
        project({"sqlmig.yaml": config(**(lint or {})), **(more or {})})
        paths = values.pop("paths", None)
        texts = {root / path: text for path, text in values.pop("texts", {}).items()}
        chosen = [root / path for path in paths] if paths is not None else None
        return review(load_config(root / "sqlmig.yaml", environ={}), paths=chosen, texts=texts, **values)

    return look


def test_everything_is_judged_when_nothing_is_named(look):
    found = look()
    assert sorted(found.judged) == sorted(path for path in FILES if path.endswith(".sql"))
    assert found.result.files == len(found.judged)


@pytest.mark.parametrize(
    ("paths", "judged"),
    [
        (["sql/tenant/0002_index.verify.sql"], ["sql/tenant/0002_index.verify.sql"]),
        (["sql/tenant/repeatable"], ["sql/tenant/repeatable/view.sql", "sql/tenant/repeatable/view.down.sql"]),
        (["sql/platform/../platform"], ["sql/platform/0001_a.up.sql", "sql/platform/0001_a.down.sql"]),
        ([], []),
    ],
    ids=["verify", "repeatables", "odd path", "none"],
)
def test_what_is_named_is_judged(look, paths, judged):
    found = look(paths=paths)
    assert sorted(found.judged) == sorted(judged)
    assert found.result.files == len(judged)


def test_migrations_below_since_are_not_judged_and_repeatables_are(look):
    found = look({"since": {"platform": 2, "tenant": 2}})
    assert {Path(path).name for path in found.judged} == {
        "0002_index.up.sql",
        "0002_index.down.sql",
        "0002_index.verify.sql",
        "view.sql",
        "view.down.sql",
    }
    assert found.result.files == len(found.judged)


@pytest.mark.parametrize(
    ("lint", "more", "fail_on", "status"),
    [
        ({}, {}, None, 1),
        ({}, {}, "never", 0),
        ({"fail_on": "never"}, {}, None, 0),
        ({"rule": "warning"}, {}, None, 0),
        ({"rule": "warning", "fail_on": "warning"}, {}, None, 1),
        ({}, BROKEN, None, 2),
        ({}, BROKEN, "never", 2),
    ],
)
def test_the_exit_status_is_that_of_the_worst(look, lint, more, fail_on, status):
    assert look(lint, more).exit_status(fail_on) == status


def test_a_text_stands_in_place_of_a_file_and_of_one_that_is_not_there(look):
    new = "sql/tenant/0003_new.up.sql"
    found = look(texts={UP: CLEAN, new: INDEX})
    assert [finding.script for finding in found.result.findings] == [new]
    assert new in found.judged


def test_a_text_for_a_repeatable_is_one_too(look):
    assert "sql/tenant/repeatable/new.sql" in look(texts={"sql/tenant/repeatable/new.sql": CLEAN}).judged


def test_a_text_elsewhere_is_refused(look):
    with pytest.raises(UsageError, match="is no place for a migration"):
        look(texts={"sql/macros/m.sql": ""})


def test_every_rule_that_there_is_not_is_told_at_once(look):
    with pytest.raises(ConfigError) as refused:
        look({"rules": {"rls-mising": "off", "zzz": "error"}, "paths": {"*": {"nope": "off"}}})
    assert [problem.message for problem in refused.value.problems] == [
        "lint.rules.rls-mising: there is no rule 'rls-mising'; did you mean 'rls-missing'?",
        "lint.rules.zzz: there is no rule 'zzz'",
        "lint.paths.*.nope: there is no rule 'nope'",
    ]
    assert all(problem.place and problem.place.line for problem in refused.value.problems)


def test_a_project_lints_from_python(project):
    root = project(FILES)
    loaded = sqlmig.Project.load(root, environ={})
    assert loaded.lint().exit_status() == 1
    assert loaded.lint(paths=[root / "sql/platform"]).judged == (
        "sql/platform/0001_a.up.sql",
        "sql/platform/0001_a.down.sql",
    )
