"""What statements do, held against libpg_query: the parser of PostgreSQL as a library."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from oracle import grammar, repository
from oracle.judging import Outcome, Verdict, verdicts
from oracle.trees import REFUSALS
from sqlmig.sql.operations.base import Unknown
from sqlmig.sql.parser import parse
from sqlmig.sql.statements import split

HERE = Path(__file__).parent
FORMS = dict(
    line.split("|", 1) for line in (HERE / "forms.txt").read_text().splitlines() if line and not line.startswith("#")
)
TEXTS = dict(repository.texts())


def complaints(found: list[Verdict], *allowed: Outcome) -> list[str]:
    """What is said of the statements that are not read as libpg_query reads them."""
    return [f"{each.outcome.value}: {each.text}: {each.details}" for each in found if each.outcome not in allowed]


@pytest.mark.parametrize("name", FORMS)
def test_a_form_of_ddl_does_what_postgresql_reads(name):
    [verdict] = verdicts(FORMS[name])
    assert verdict.outcome is Outcome.EQUAL, verdict.details


@pytest.mark.parametrize("file", ["forms.sql", "rare.sql"])
def test_hard_statements_do_what_postgresql_reads(file):
    assert complaints(verdicts((HERE / file).read_text()), Outcome.EQUAL) == []


@pytest.mark.parametrize("name", TEXTS)
def test_the_sql_of_this_repository_does_what_postgresql_reads(name):
    try:
        found = verdicts(TEXTS[name])
    except REFUSALS:
        # Some cases of the linter's rules are about what is no SQL.
        assert name.startswith("tests/lint/")
        assert any(isinstance(operation, Unknown) for each in split(TEXTS[name]) for operation in parse(each))
    else:
        assert complaints(found, Outcome.EQUAL) == []


# --- statements written at random ---


@st.composite
def scripts(draw: st.DrawFn) -> str:
    return grammar.script(lambda number: draw(st.integers(0, number - 1)) if number > 1 else 0, longest=3)


@settings(max_examples=200, deadline=None)
@given(scripts())
def test_any_script_is_cut_and_read_as_postgresql_does(script):
    try:
        found = verdicts(script)
    except REFUSALS:
        reject()
    assert complaints(found, Outcome.EQUAL, Outcome.UNKNOWN) == []


def outcomes(seed: int, number: int) -> Iterator[Verdict | None]:
    """The verdicts of random statements; None for one that libpg_query refuses."""
    source = random.Random(seed)
    for _ in range(number):
        try:
            yield from verdicts(grammar.statement(source.randrange))
        except REFUSALS:
            yield None


@pytest.mark.parametrize("number", [pytest.param(3_000), pytest.param(200_000, marks=pytest.mark.slow)])
def test_of_random_ddl_less_than_one_statement_in_a_thousand_is_unknown_and_none_is_wrong(number):
    counted: Counter[Outcome | None] = Counter()
    for verdict in outcomes(18, number):
        outcome = verdict.outcome if verdict else None
        assert outcome is not Outcome.DIFFERENT, verdict
        counted[outcome] += 1
    assert counted[None] < number * 0.02, "most of what the grammar says must be SQL"
    assert counted[Outcome.UNMAPPED] == 0
    assert counted[Outcome.UNKNOWN] < number * 0.001
