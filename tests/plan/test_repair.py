"""What would mend the history, said before it is done."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from planning import applied, migration, target, tenant_track
from sqlmig.plan.repair import Mend, Repair, decide_repair, decide_statement_repair
from sqlmig.plan.values import Progress, TargetState
from sqlmig.project.model import Direction

ONE, TWO = migration(1), migration(2, name="owner")
EDITED = migration(2, "SELECT 'edited';", name="owner")
ACME = target("acme")
NOW = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("track", "state", "mend", "message", "file"),
    [
        (
            tenant_track(ONE, EDITED),
            applied(ONE, TWO),
            Mend.ACCEPT_FILE,
            "0002_owner counts as applied in the form that sql/tenant/0002_owner.up.sql has now; nothing runs",
            EDITED,
        ),
        (
            tenant_track(ONE),
            applied(ONE, TWO),
            Mend.FORGET,
            "0002_owner no longer counts as applied, for its file is gone; what it made stays in the schema",
            None,
        ),
        (
            tenant_track(ONE, replace(TWO, version=5, name="moved")),
            applied(ONE, TWO),
            Mend.RENUMBER,
            "0002_owner counts as 0005_moved, where its file is now",
            replace(TWO, version=5, name="moved"),
        ),
        (
            tenant_track(ONE, migration(2, "SELECT 'new';"), replace(TWO, version=3)),
            applied(ONE, TWO),
            Mend.RENUMBER,
            "0002_owner counts as 0003_owner, where its file is now",
            replace(TWO, version=3),
        ),
    ],
    ids=["edited", "deleted", "renumbered", "renumbered and its number taken"],
)
def test_one_version_is_put_right_by_what_became_of_its_file(track, state, mend, message, file):
    assert decide_repair(track, ACME, state, 2) == Repair(ACME, mend, 2, "owner", message, file)


@pytest.mark.parametrize("state", [applied(ONE, TWO), applied(ONE), TargetState()])
def test_what_is_right_or_not_applied_needs_no_repair(state):
    assert decide_repair(tenant_track(ONE, TWO), ACME, state, 2) is None


def half_way(version: int | None, *, began: bool = True) -> TargetState:
    progress = Progress(version, "owner", Direction.UP, "", "", 1, 3, began, False, "SELECT 2", "run", NOW)
    return replace(applied(ONE), progress=progress)


@pytest.mark.parametrize(
    ("version", "mend", "message"),
    [
        (2, Mend.STATEMENT_DONE, "statement 2 of 0002_owner ran, on your word"),
        (2, Mend.STATEMENT_NOT_DONE, "statement 2 of 0002_owner did not run, on your word"),
        (None, Mend.STATEMENT_DONE, "statement 2 of owner ran, on your word"),
    ],
)
def test_a_statement_of_unknown_outcome_is_settled_on_somebodys_word(version, mend, message):
    assert decide_statement_repair(ACME, half_way(version), mend) == Repair(ACME, mend, version or 0, "owner", message)


@pytest.mark.parametrize("state", [applied(ONE), half_way(2, began=False)], ids=["nothing begun", "no statement open"])
def test_without_an_open_statement_there_is_nothing_to_settle(state):
    assert decide_statement_repair(ACME, state, Mend.STATEMENT_DONE) is None
