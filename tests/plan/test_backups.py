"""Which backups are kept, and which tenants are backed up before a run."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlmig.plan.backing import destroys
from sqlmig.plan.backups import BackupRow, BackupState, Why, prunable
from sqlmig.project.config.backup import KeepConfig
from sqlmig.sql.statements import split

NOON = datetime.datetime(2024, 3, 31, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def row(name: str, days_ago: float, state: BackupState = BackupState.DONE, target: str = "1") -> BackupRow:
    at = NOON - days_ago * DAY
    return BackupRow(name, target, "acme", "tenant_acme", "u", state, None, None, {}, 1, None, "me", "here", at, at)


def going(rows: list[BackupRow], keep: KeepConfig) -> list[str]:
    return [one.backup.backup_id for one in prunable(rows, keep)]


@pytest.mark.parametrize(
    ("days_ago", "keep", "goes"),
    [
        pytest.param([0, 1, 2, 3], KeepConfig(2, 0, 0), [3, 2], id="so many days"),
        pytest.param([0, 0.1, 0.2, 1], KeepConfig(2, 0, 0), [0.2, 0.1], id="the last of a day"),
        pytest.param([0, 5, 10], KeepConfig(3, 0, 0), [], id="days with a backup, not days"),
        pytest.param([0, 1, 6, 7, 8, 20], KeepConfig(0, 3, 0), [8, 6, 1], id="the last of a week, Monday to Sunday"),
        pytest.param([0, 1, 31, 40, 61], KeepConfig(0, 0, 2), [61, 40, 1], id="the last of a month"),
        pytest.param([0, 1, 9, 40], KeepConfig(1, 2, 2), [1], id="a backup may be kept for several reasons"),
        pytest.param([3, 9], KeepConfig(0, 0, 0), [9], id="the newest stays when nothing is kept"),
        pytest.param([], KeepConfig(7, 4, 12), [], id="none"),
    ],
)
def test_retention(days_ago: list[float], keep: KeepConfig, goes: list[float]) -> None:
    assert going([row(str(days), days) for days in days_ago], keep) == [str(days) for days in goes]


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (BackupState.FAILED, Why.FAILED),
        (BackupState.INTERRUPTED, Why.INTERRUPTED),
        (BackupState.RUNNING, None),
        (BackupState.PRUNED, None),
    ],
    ids=lambda value: value.value if value else "stays",
)
def test_what_is_not_complete_goes_unless_it_is_being_written(state: BackupState, why: Why | None) -> None:
    found = prunable([row("new", 0), row("odd", 0, state)], KeepConfig(7, 4, 12))
    assert [(one.backup.backup_id, one.why) for one in found] == ([("odd", why)] if why else [])


def test_a_failed_backup_keeps_no_older_one_from_being_the_newest() -> None:
    assert going([row("bad", 0, BackupState.FAILED), row("good", 9)], KeepConfig(0, 0, 0)) == ["bad"]


_ROWS = st.lists(
    st.builds(
        row,
        st.uuids().map(str),
        st.floats(0, 800),
        st.sampled_from(BackupState),
        st.sampled_from(["1", "2"]),
    )
)
_KEEP = st.builds(KeepConfig, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))


@given(_ROWS, _KEEP)
def test_the_newest_complete_backup_of_a_tenant_always_stays(rows: list[BackupRow], keep: KeepConfig) -> None:
    gone = set(going(rows, keep))
    for target in ("1", "2"):
        done = [one for one in rows if one.target == target and one.state is BackupState.DONE]
        if done:
            assert max(done, key=lambda one: (one.started_at, one.backup_id)).backup_id not in gone


@given(_ROWS, _KEEP)
def test_what_stays_stays_when_it_is_asked_again(rows: list[BackupRow], keep: KeepConfig) -> None:
    gone = set(going(rows, keep))
    assert going([one for one in rows if one.backup_id not in gone], keep) == []


@given(_ROWS, _KEEP)
def test_keeping_more_removes_no_more(rows: list[BackupRow], keep: KeepConfig) -> None:
    more = KeepConfig(keep.daily + 1, keep.weekly + 1, keep.monthly + 1)
    assert set(going(rows, more)) <= set(going(rows, keep))


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("DROP TABLE deals;", True),
        ("ALTER TABLE deals DROP COLUMN title;", True),
        ("ALTER TABLE deals ALTER COLUMN title TYPE varchar(10);", True),
        ("TRUNCATE deals;", True),
        ("DELETE FROM deals WHERE id = 1;", True),
        ("UPDATE deals SET title = '';", True),
        ("DROP MATERIALIZED VIEW sums;", True),
        ("DO $$ BEGIN DELETE FROM deals; END $$;", True),
        ("DO $$ BEGIN EXECUTE 'DROP ' || 'TABLE deals'; END $$;", True),
        ("CALL clean_up();", True),
        ("FROBNICATE deals;", True),
        ("CREATE TABLE notes (id int); CREATE INDEX ON notes (id);", False),
        ("ALTER TABLE deals ADD COLUMN note text; ALTER TABLE deals ALTER COLUMN title SET NOT NULL;", False),
        ("DROP VIEW sums; DROP INDEX i; DROP FUNCTION f(); DROP POLICY p ON deals;", False),
        ("INSERT INTO deals (title) VALUES ('a');", False),
        ("DO $$ BEGIN PERFORM 1; END $$;", False),
    ],
)
def test_what_counts_as_destructive(sql: str, expected: bool) -> None:
    assert destroys(split(sql)) is expected
