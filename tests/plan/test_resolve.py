"""What shall run in a target, and what is refused: decided from values alone."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning import applied, migration, repeatable, tenant_track
from sqlmig.plan.resolve import (
    Work,
    decide_down,
    decide_up,
    digest_after,
    digests_along,
    moved_to,
    standing,
    track_digest,
)
from sqlmig.plan.values import Applied, Progress, Reason, Standing, TargetState
from sqlmig.project.model import Direction, Migration

ONE, TWO, THREE, FOUR = (migration(version) for version in range(1, 5))
VIEW, OTHER = repeatable("view"), repeatable("other", down="DROP VIEW other;")
TRACK = tenant_track(ONE, TWO, THREE)
EDITED = migration(2, "CREATE TABLE t2 (id bigint);")
NOW = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)


def begun(version: int | None, name: str = "m", direction: Direction = Direction.UP) -> Progress:
    return Progress(version, name, direction, "", "", 1, 2, False, False, None, "run", NOW)


def labels(decision):
    return [
        f"{work.unit.name if work.unit.name != 'm' else work.unit.version} {work.direction.value}"
        for work in decision.work
    ]


def told(decision):
    return [(f"{r.reason.value} {r.place or '-'}: {r.message}", r.next) for r in decision.refusals]


@pytest.mark.parametrize(
    ("track", "state", "wanted"),
    [
        (TRACK, TargetState(), Standing.NEW),
        (TRACK, applied(), Standing.BEHIND),
        (TRACK, applied(ONE), Standing.BEHIND),
        (TRACK, applied(ONE, TWO, THREE), Standing.CURRENT),
        (TRACK, applied(ONE, TWO, THREE, FOUR), Standing.AHEAD),
        (TRACK, applied(ONE, FOUR), Standing.AHEAD),
        (TRACK, applied(ONE, EDITED), Standing.DIVERGED),
        (TRACK, applied(ONE, EDITED, THREE, FOUR), Standing.DIVERGED),
        (tenant_track(ONE, THREE), applied(ONE, TWO, THREE), Standing.DIVERGED),
        (TRACK, applied(ONE, TWO, replace(THREE, version=5)), Standing.DIVERGED),
        (TRACK, replace(applied(ONE), progress=begun(2)), Standing.INTERRUPTED),
        (tenant_track(), TargetState(), Standing.NEW),
        (tenant_track(), applied(), Standing.CURRENT),
        (tenant_track(ONE, repeatables=[VIEW]), applied(ONE), Standing.BEHIND),
        (
            tenant_track(ONE, repeatables=[VIEW]),
            applied(ONE, repeatables=[repeatable("view", "SELECT 2;")]),
            Standing.BEHIND,
        ),
        (tenant_track(ONE, repeatables=[VIEW]), applied(ONE, repeatables=[VIEW]), Standing.CURRENT),
    ],
)
def test_a_target_stands_where_history_and_files_say(track, state, wanted):
    assert standing(track, state) is wanted
    assert decide_up(track, state).standing is wanted
    assert decide_down(track, state, to=0).standing is wanted


LATE = migration(2, "-- sqlmig: out-of-order merged late\nCREATE TABLE late (id int);")


@pytest.mark.parametrize(
    ("track", "state", "to", "wanted"),
    [
        (TRACK, TargetState(), None, ["1 up", "2 up", "3 up"]),
        (TRACK, applied(ONE), None, ["2 up", "3 up"]),
        (TRACK, applied(ONE), 2, ["2 up"]),
        (TRACK, applied(ONE, TWO), 2, []),
        (TRACK, applied(ONE, TWO), 1, []),
        (TRACK, applied(ONE, TWO, THREE), None, []),
        (tenant_track(ONE, LATE, THREE), applied(ONE, THREE), None, ["2 up"]),
        (tenant_track(ONE, repeatables=[VIEW, OTHER]), applied(), None, ["1 up", "view up", "other up"]),
        (tenant_track(ONE, repeatables=[VIEW, OTHER]), applied(repeatables=[VIEW]), None, ["1 up", "other up"]),
        (tenant_track(ONE, TWO, repeatables=[VIEW]), applied(), 1, ["1 up"]),
        (tenant_track(migration(1, "-- sqlmig: irreversible gone\nSELECT 1;", None)), applied(), None, ["1 up"]),
    ],
)
def test_up_runs_what_is_pending_in_order_and_repeatables_last(track, state, to, wanted):
    decision = decide_up(track, state, to=to)
    assert (labels(decision), decision.refusals) == (wanted, ())


@pytest.mark.parametrize(
    ("track", "state", "to", "wanted", "next"),
    [
        (
            TRACK,
            applied(ONE, THREE),
            None,
            "late sql/tenant/0002_m.up.sql: 0002_m is not applied, but the higher 0003 is",
            "give it the next free number, or, when it may run late, write: -- sqlmig: out-of-order REASON",
        ),
        (
            TRACK,
            replace(applied(ONE), progress=begun(3)),
            None,
            "late sql/tenant/0002_m.up.sql: 0002_m is not applied, but the higher 0003 was begun",
            "give it the next free number, or, when it may run late, write: -- sqlmig: out-of-order REASON",
        ),
        (
            tenant_track(migration(1, down=None)),
            applied(),
            None,
            "no-down sql/tenant/0001_m.up.sql: 0001_m has no down file",
            "write sql/tenant/0001_m.down.sql, or: -- sqlmig: irreversible REASON",
        ),
        (
            tenant_track(ONE, THREE),
            applied(ONE, TWO, THREE),
            None,
            "deleted -: tenant 0002_m is applied, but its file is gone",
            "bring it back with git (git log --diff-filter=D -- 'sql/tenant/*'), or `sqlmig repair`",
        ),
        (
            tenant_track(ONE),
            applied(ONE, TWO),
            None,
            "ahead -: tenant 0002_m is applied, but these files end at 0001",
            "check out the release that has it, or `sqlmig rollback`: the history kept its down file",
        ),
        (
            tenant_track(ONE, replace(TWO, version=5)),
            applied(ONE, TWO),
            None,
            "renumbered sql/tenant/0002_m.up.sql: tenant 0002_m is applied, but its file now has number 0005",
            "name the file 0002_m again",
        ),
        (
            tenant_track(ONE, migration(2, "SELECT 'new';", name="new"), replace(TWO, version=5)),
            applied(ONE, TWO),
            None,
            "renumbered sql/tenant/0002_m.up.sql: tenant 0002_m is applied, but its file now has number 0005",
            "name the file 0002_m again",
        ),
        (
            TRACK,
            applied(),
            7,
            "unknown-version -: track tenant has no version 0007",
            "its last versions are: 0001, 0002, 0003",
        ),
        (
            tenant_track(),
            applied(),
            7,
            "unknown-version -: track tenant has no version 0007",
            "its last versions are: none at all",
        ),
    ],
    ids=["late", "late behind a begun one", "no down", "deleted", "ahead", "moved", "swapped", "unknown", "of nothing"],
)
def test_up_refuses_with_the_reason_and_the_way_out(track, state, to, wanted, next):
    assert told(decide_up(track, state, to=to)) == [(wanted, next)]


def test_a_file_that_differs_is_left_to_its_rendered_text():
    decision = decide_up(TRACK, applied(ONE, EDITED))
    assert [(changed.applied.version, changed.migration) for changed in decision.changed] == [(2, TWO)]
    assert decision.refusals == ()


def test_a_renumbered_file_does_not_count_as_edited_too():
    track = tenant_track(ONE, migration(2, "SELECT 'new';"), replace(TWO, version=5))
    assert decide_up(track, applied(ONE, TWO)).changed == ()


def test_a_file_with_the_text_of_another_applied_one_is_no_renumbering():
    twin = replace(ONE, version=2)
    state = applied(ONE, twin)
    assert moved_to(tenant_track(twin), state, state.applied[0]) is None


STORED_UP = migration(3, "-- sqlmig: irreversible not any more\nSELECT 1;", None)


@pytest.mark.parametrize(
    ("track", "state", "goal", "wanted"),
    [
        (TRACK, applied(ONE, TWO, THREE), {"to": 1}, ["3 down", "2 down"]),
        (TRACK, applied(ONE, TWO, THREE), {"to": 3}, []),
        (TRACK, applied(ONE, TWO, THREE), {"to": 0}, ["3 down", "2 down", "1 down"]),
        (TRACK, applied(ONE, TWO, THREE), {"steps": 2}, ["3 down", "2 down"]),
        (TRACK, applied(ONE, TWO, THREE), {"steps": 3}, ["3 down", "2 down", "1 down"]),
        (TRACK, applied(ONE, THREE), {"to": 1}, ["3 down"]),
        (TRACK, TargetState(), {"to": 0}, []),
        (TRACK, TargetState(), {"steps": 1}, []),
        (tenant_track(ONE), applied(ONE, TWO), {"steps": 1, "stored": [TWO]}, ["2 down"]),
        (tenant_track(migration(1, down=None)), applied(ONE), {"to": 0, "stored": [ONE]}, ["1 down"]),
        (
            tenant_track(ONE, repeatables=[VIEW, OTHER]),
            applied(ONE, repeatables=[VIEW, OTHER]),
            {"to": 0},
            ["other down", "1 down"],
        ),
        (tenant_track(ONE, repeatables=[OTHER]), applied(ONE), {"to": 0}, ["1 down"]),
        (tenant_track(ONE, repeatables=[OTHER]), applied(ONE, repeatables=[OTHER]), {"to": 1}, []),
        (TRACK, applied(ONE, EDITED), {"to": 1}, ["2 down"]),
    ],
)
def test_down_runs_down_files_newest_first_and_repeatables_before_them(track, state, goal, wanted):
    decision = decide_down(track, state, **goal)
    assert (labels(decision), decision.refusals) == (wanted, ())


SEEN = "see `sqlmig history` for what is applied"


@pytest.mark.parametrize(
    ("track", "state", "goal", "wanted", "next"),
    [
        (
            TRACK,
            applied(ONE, THREE),
            {"to": 2},
            "unknown-version -: tenant 0002 is not applied, so nothing can be rolled back to it",
            SEEN,
        ),
        (
            TRACK,
            TargetState(),
            {"to": 1},
            "unknown-version -: tenant 0001 is not applied, so nothing can be rolled back to it",
            SEEN,
        ),
        (
            TRACK,
            applied(ONE),
            {"steps": 0},
            "unknown-version -: 0 steps back lead nowhere",
            "say how many: --steps 1 or more",
        ),
        (
            TRACK,
            applied(ONE, TWO),
            {"steps": -1},
            "unknown-version -: -1 steps back lead nowhere",
            "say how many: --steps 1 or more",
        ),
        (
            TRACK,
            applied(ONE, TWO),
            {"steps": 3},
            "unknown-version -: only 2 of tenant can be taken back, not 3",
            f"{SEEN}; --to 0 takes everything back",
        ),
        (
            TRACK,
            applied(ONE),
            {},
            "unknown-version -: a rollback needs either the version that stays or a number of steps",
            "say one of them: --to VERSION or --steps N",
        ),
        (
            TRACK,
            applied(ONE),
            {"to": 0, "steps": 1},
            "unknown-version -: a rollback needs either the version that stays or a number of steps",
            "say one of them: --to VERSION or --steps N",
        ),
        (
            tenant_track(ONE),
            applied(ONE, TWO),
            {"to": 0},
            "no-down -: 0002_m has no down file, neither on disk nor in the history",
            "bring its files back from git",
        ),
        (
            tenant_track(migration(1, down=None)),
            applied(ONE),
            {"to": 0},
            "no-down sql/tenant/0001_m.up.sql: 0001_m has no down file",
            "write sql/tenant/0001_m.down.sql",
        ),
        (
            tenant_track(migration(1, "-- sqlmig: irreversible the values are gone\nSELECT 1;", None), TWO),
            applied(ONE, TWO),
            {"to": 0},
            "irreversible sql/tenant/0001_m.up.sql: 0001_m is irreversible: the values are gone",
            "restore a backup, or write a new migration that goes forward",
        ),
    ],
)
def test_down_refuses_as_a_whole_with_the_reason_and_the_way_out(track, state, goal, wanted, next):
    decision = decide_down(track, state, **goal)
    assert told(decision) == [(wanted, next)]
    assert decision.work == ()


def test_every_migration_on_the_way_that_cannot_go_down_is_named():
    track = tenant_track(migration(1, down=None), TWO, migration(3, down=None))
    decision = decide_down(track, applied(ONE, TWO, THREE), to=0)
    assert [refusal.reason for refusal in decision.refusals] == [Reason.NO_DOWN, Reason.NO_DOWN]


@pytest.mark.parametrize(
    "work",
    [Work(VIEW, Direction.DOWN), Work(migration(1, down=None), Direction.DOWN)],
    ids=["repeatable", "migration"],
)
def test_work_without_a_file_is_a_mistake_of_ours(work):
    with pytest.raises(AssertionError):
        _ = work.script


@pytest.mark.parametrize(
    ("unit", "direction", "path"),
    [
        (ONE, Direction.UP, "sql/tenant/0001_m.up.sql"),
        (ONE, Direction.DOWN, "sql/tenant/0001_m.down.sql"),
        (OTHER, Direction.UP, "sql/tenant/repeatable/other.sql"),
        (OTHER, Direction.DOWN, "sql/tenant/repeatable/other.down.sql"),
    ],
)
def test_work_knows_its_file(unit, direction, path):
    assert Work(unit, direction).script.path == path


def test_digests_lead_from_nothing_to_the_head_of_the_files_and_back():
    track = tenant_track(ONE, TWO, THREE, repeatables=[VIEW, OTHER])
    up = decide_up(track, TargetState())
    along = digests_along(TargetState(), up.work)
    assert along[-1] == up.digest == digest_after(TargetState(), up.work) == track_digest(track)
    assert len(set(along)) == 5
    whole = applied(ONE, TWO, THREE, repeatables=[VIEW, OTHER])
    assert whole.digest == track_digest(track)
    down = decide_down(track, whole, to=0)
    assert down.digest == applied(repeatables=[VIEW]).digest
    assert (
        digest_after(
            whole, [*down.work, *(Work(m, Direction.UP) for m in (ONE, TWO, THREE)), Work(OTHER, Direction.UP)]
        )
        == whole.digest
    )


ANY = st.lists(
    st.one_of(
        st.builds(Work, st.sampled_from([ONE, TWO, THREE, FOUR]), st.sampled_from(Direction)),
        st.builds(Work, st.sampled_from([VIEW, OTHER]), st.sampled_from(Direction)),
    ),
    max_size=10,
)


@given(ANY)
def test_the_digest_after_each_piece_of_work_is_that_of_what_is_then_applied(work):
    rows: dict[int, Migration] = {2: EDITED}
    views = {}
    wanted = []
    for item in work:
        held = rows if isinstance(item.unit, Migration) else views
        key = item.unit.version if isinstance(item.unit, Migration) else item.unit.name
        if item.direction is Direction.UP:
            held[key] = item.unit
        else:
            held.pop(key, None)
        wanted.append(applied(*(rows[v] for v in sorted(rows)), repeatables=views.values()).digest)
    assert digests_along(applied(EDITED), work) == wanted


def test_a_state_knows_its_versions_and_its_head():
    state = applied(ONE, THREE)
    assert (state.versions, state.head, TargetState().head) == (frozenset({1, 3}), 3, 0)


def test_a_row_of_the_history_decides_by_its_checksum_and_not_by_its_name():
    renamed = TargetState("x", (Applied(1, "another_name", ONE.up.checksum),))
    assert decide_up(tenant_track(ONE), renamed).refusals == ()
