"""Each rule fires on its bad file, with the words beside it, and is silent on the nearest good one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rulecases import FOLDER, Case, cases_of, lint_case
from sqlmig.lint import rules
from sqlmig.lint.catalogue import RULES
from sqlmig.lint.rule import Rule
from sqlmig.lint.values import Pack
from sqlmig.report.lint import finding_text


def _cases(kind: str) -> list[object]:
    found = []
    for rule in RULES:
        file = FOLDER / rule.stem / kind
        for case in cases_of(file.read_text()) if file.is_file() else ():
            name = f"{rule.name}: {case.name}" if case.name else rule.name
            found.append(pytest.param(rule, case, id=name))
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_has_a_bad_and_a_good_file_and_its_text_in_parts(rule: Rule):
    assert {"bad.sql", "bad.out", "good.sql"} == {file.name for file in (FOLDER / rule.stem).iterdir()}
    text = rule.text
    assert text.flags
    assert text.effect
    assert text.instead


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_case_of_the_bad_file_gets_the_words_beside_it(rule: Rule, tmp_path: Path):
    parts = []
    for number, case in enumerate(cases_of((FOLDER / rule.stem / "bad.sql").read_text())):
        folder = tmp_path / str(number)
        folder.mkdir()
        linted = lint_case(case, folder, _with_pack(rule))
        assert not linted.problems
        found = [finding for finding in linted.result.findings if finding.rule == rule.name]
        assert found, f"nothing found: {case.name}"
        title = f"# {case.name}\n" if case.name else ""
        parts.append(title + "".join(finding_text(finding) + "\n" for finding in found))
    expected = FOLDER / rule.stem / "bad.out"
    actual = "\n".join(parts)
    if os.environ.get("SQLMIG_ACCEPT"):
        expected.write_text(actual)
    assert actual == expected.read_text()


@pytest.mark.parametrize(("rule", "case"), _cases("good.sql"))
def test_a_good_file_has_no_finding_of_any_rule_that_is_on_by_default(rule: Rule, case: Case, tmp_path: Path):
    linted = lint_case(case, tmp_path, _with_pack(rule))
    assert not linted.problems
    assert [finding_text(finding) for finding in linted.result.findings] == []
    assert linted.result.understood == linted.result.statements


def _with_pack(rule: Rule) -> tuple[Rule, ...]:
    """The rules that are on by default, and this one. Cases leave the way back out, unless they are about it."""
    optional = (Pack.STRICT, Pack.STYLE)
    return tuple(each for each in RULES if each is rule or (each.pack not in optional and each.name != "missing-down"))


def test_every_file_of_a_rule_is_listed_and_every_folder_of_cases_belongs_to_one():
    files = {file.stem for file in Path(rules.__file__).parent.glob("*.py")} - {"__init__"}
    assert files == {rule.stem for rule in RULES}
    assert {folder.name for folder in FOLDER.iterdir()} == files
