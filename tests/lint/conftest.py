"""Fixtures: small projects as `rulecases` writes them down, linted by rules of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from rulecases import cases_of, load_case
from sqlmig.lint.rule import Rule
from sqlmig.lint.run import EVERYTHING, Linted, Wanted, lint
from sqlmig.lint.settings import settings_of

Lint = Callable[..., Linted]


@pytest.fixture
def linted(tmp_path: Path) -> Lint:
    """`linted(text, rule, ..., wanted=...)`: what these rules find in a project."""

    def linted(text: str, *rules: Rule, wanted: Wanted = EVERYTHING, known: Sequence[Rule] = ()) -> Linted:
        [case] = cases_of(text)
        files = load_case(case, tmp_path)
        return lint(files, settings_of(files.config), wanted, known or rules)

    return linted
