"""Where work is cut: wrong here means CREATE INDEX CONCURRENTLY waiting for a worker of its own run."""

from __future__ import annotations

import pytest

from planning import migration
from sqlmig.plan.stages import stages
from sqlmig.plan.values import Work
from sqlmig.project.model import Direction


def work(kind: str, version: int) -> Work:
    head = "-- sqlmig: transaction off\n" if kind == "o" else ""
    return Work(migration(version, f"{head}CREATE TABLE t{version} (id int);"), Direction.UP)


@pytest.mark.parametrize(
    ("kinds", "wanted"),
    [
        ("", []),
        ("t", ["1"]),
        ("ttt", ["123"]),
        ("o", ["", "1"]),
        ("oo", ["", "12"]),
        ("to", ["1", "2"]),
        ("ot", ["", "1", "2"]),
        ("ttoot", ["12", "34", "5"]),
        ("toto", ["1", "2", "3", "4"]),
    ],
    ids=lambda value: value or "nothing" if isinstance(value, str) else "",
)
def test_work_is_cut_where_transaction_off_begins_and_ends(kinds, wanted):
    steps = [work(kind, number) for number, kind in enumerate(kinds, 1)]
    assert ["".join(str(one.unit.version) for one in stage) for stage in stages(steps)] == wanted


def test_a_number_of_a_stage_says_whether_it_is_transactional():
    cut = stages([work("o", 1), work("t", 2), work("o", 3)])
    assert [{one.transaction for one in stage} for stage in cut] == [set(), {False}, {True}, {False}]
