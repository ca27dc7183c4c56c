"""Small projects, as `rulecases` writes them down, linted by rules of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rulecases import cases_of, lint_case
from sqlmig.lint.rule import Rule
from sqlmig.lint.run import EVERYTHING, Linted, Wanted, lint
from sqlmig.lint.settings import settings_of
from sqlmig.project.config.load import load_config
from sqlmig.project.load import load_files

Lint = Callable[..., Linted]


@pytest.fixture
def linted(tmp_path: Path) -> Lint:
    """`linted(text, rule, ..., wanted=...)`: what these rules find in a project that is written down as one text."""

    def linted(text: str, *rules: Rule, wanted: Wanted = EVERYTHING) -> Linted:
        [case] = cases_of(text)
        whole = lint_case(case, tmp_path, rules)
        if wanted is EVERYTHING:
            return whole
        config = load_config(tmp_path / "sqlmig.yaml", environ={})
        return lint(load_files(config), settings_of(config), wanted, rules)

    return linted
