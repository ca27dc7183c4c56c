import datetime
import time
from dataclasses import replace

import pytest

import samples
from sqlmig.plan.rollout import ItemState, RunState, RunSummary
from sqlmig.plan.status import Status, TargetStatus, UnfinishedRun, Verification
from sqlmig.plan.values import Reason, Refusal, Standing
from sqlmig.report.runs import next_of
from sqlmig.report.status import (
    status_json,
    status_text,
    verification_json,
    verification_text,
    whole_status_text,
)

AT = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
RUN = UnfinishedRun("run-1", "apply", AT, "ada", "laptop")
ACME = samples.tenant("acme")


def row(target, standing=Standing.CURRENT, head=3, pending=0, problems=()):
    return TargetStatus(target, standing, head, pending, AT if head else None, problems)


def fleet(count: int, behind: int) -> Status:
    rows = [
        row(samples.tenant(f"t{n}"), Standing.BEHIND if n < behind else Standing.CURRENT, pending=int(n < behind))
        for n in range(count)
    ]
    return Status(tuple(rows), {"tenant": 3})


def test_each_target_is_a_row():
    status = Status((row(samples.PLATFORM), row(ACME, Standing.NEW, head=0, pending=12)), {})
    assert status_text(status) == (
        "schema         standing  version  pending  updated (UTC)\n"
        "platform_core  current   0003           0  2026-03-01 12:00:00\n"
        "tenant_acme    new       -             12  -\n"
        "\n"
        "1 of 2 targets current\n"
    )


def test_a_project_without_tenants_reads_no_word_of_them():
    text = status_text(Status((row(samples.PLATFORM),), {"platform": 3}, (RUN,), ("by the way",)))
    assert "tenant" not in text


def test_the_track_is_told_where_two_targets_share_a_schema():
    text = status_text(Status((row(ACME), row(replace(ACME, track="reports"))), {}))
    assert text.splitlines()[1].split()[:3] == ["tenant_acme", "tenant", "current"]
    assert text.splitlines()[2].split()[:3] == ["tenant_acme", "reports", "current"]


def standing_fleet() -> Status:
    """10,000 tenants: nearly all where the files are, some behind, and the odd ones."""
    tenants = [samples.tenant(f"t{n:05}") for n in range(9_999)]
    rows = [row(samples.PLATFORM, head=12)]
    rows += [row(one, head=31) for one in tenants[:9_870]]
    rows += [row(one, Standing.BEHIND, head=30, pending=1) for one in tenants[9_870:9_987]]
    rows += [row(one, Standing.BEHIND, head=12, pending=19 + n) for n, one in enumerate(tenants[9_987:9_990])]
    rows += [row(one, Standing.NEW, head=0, pending=31) for one in tenants[9_990:9_992]]
    rows += [row(one, Standing.MISSING, head=31, problems=(missing(one),)) for one in tenants[9_992:9_999]]
    return Status(tuple(rows), {"platform": 12, "tenant": 31}, runs=(HALTED,))


def missing(target) -> Refusal:
    return Refusal(Reason.MISSING_SCHEMA, f"schema {target.schema} is not there", "create it", target)


HALTED = RunSummary(
    run_id="0f9c2b1e-6a55-4c1c-9a37-0d6c3a1c8f10",
    command="apply",
    state=RunState.HALTED,
    started_at=AT,
    finished_at=None,
    outcome=None,
    actor="ada",
    host="laptop",
    tool="0.1.0",
    git_commit=None,
    reason="the same error in 3 targets in a row",
    wave=1,
    waves=("canary", "rest"),
    counts={ItemState.DONE: 9_870, ItemState.PENDING: 119, ItemState.FAILED: 3},
    alive=False,
)


def test_a_large_fleet_is_a_summary_by_version_with_the_odd_ones_named():
    assert status_text(standing_fleet()) == (
        "track     version  standing  targets  pending   which\n"
        "platform  0012     current         1         0  platform_core\n"
        "tenant    0031     current     9,870         0\n"
        "tenant    0031     missing         7         0  tenant_t09992, tenant_t09993, tenant_t09994 and 4 more\n"
        "tenant    0030     behind        117         1  tenant_t09870, tenant_t09871, tenant_t09872 and 114 more\n"
        "tenant    0012     behind          3  19 to 21  tenant_t09987, tenant_t09988, tenant_t09989\n"
        "tenant    -        new             2        31  tenant_t09990, tenant_t09991\n"
        "\n"
        "--all shows every target\n"
        "\n"
        "problem: schema tenant_t09992 is not there\n"
        "  next: create it\n"
        "  the same in 7 targets: tenant_t09992, tenant_t09993, tenant_t09994 and 4 more\n"
        "\n"
        "halted: apply of 2026-03-01 12:00:00 UTC by ada on laptop, run 0f9c2b1e-6a55-4c1c-9a37-0d6c3a1c8f10: "
        "119 pending, 9,870 done, 3 failed; the same error in 3 targets in a row\n"
        f"  next: {next_of(HALTED)}\n"
        "\n"
        "9,871 of 10,000 targets current\n"
    )


def test_a_large_fleet_is_told_at_once():
    status = standing_fleet()
    began = time.process_time()
    status_text(status)
    status_json(status)
    assert time.process_time() - began < 0.5


def test_one_track_needs_no_column():
    assert status_text(fleet(10_000, 2)) == (
        "version  standing  targets  pending  which\n"
        "0003     current     9,998        0\n"
        "0003     behind          2        1  tenant_t0, tenant_t1\n"
        "\n"
        "9,998 of 10,000 targets current\n"
    )


def test_all_shows_every_target_of_a_large_fleet():
    assert len(whole_status_text(fleet(200, 120)).splitlines()) == 203


@pytest.mark.parametrize(
    ("state", "alive", "word"),
    [
        (RunState.RUNNING, True, "running"),
        (RunState.RUNNING, False, "unfinished"),
        (RunState.PAUSED, False, "paused"),
        (RunState.HALTED, False, "halted"),
    ],
    ids=["running", "killed", "paused", "halted"],
)
def test_a_run_without_an_end_says_how_it_stands_and_what_to_do(state, alive, word):
    run = replace(HALTED, state=state, alive=alive)
    unfinished = UnfinishedRun(run.run_id, "apply", AT, "ada", "laptop")
    text = status_text(Status((row(ACME),), {}, (unfinished,), (), (run,)))
    assert f"\n{word}: apply of 2026-03-01 12:00:00 UTC by ada on laptop, run {run.run_id}: " in text
    assert f"\n  next: {next_of(run)}\n" in text
    assert text.count(run.run_id) == 1, "what the history knows more of is told once"


def test_a_program_gets_versions_and_runs():
    document = status_json(standing_fleet())
    assert [(v["track"], v["version"], v["standing"], v["targets"], v["pending"]) for v in document["versions"]] == [
        ("platform", 12, "current", 1, {"fewest": 0, "most": 0}),
        ("tenant", 31, "current", 9_870, {"fewest": 0, "most": 0}),
        ("tenant", 31, "missing", 7, {"fewest": 0, "most": 0}),
        ("tenant", 30, "behind", 117, {"fewest": 1, "most": 1}),
        ("tenant", 12, "behind", 3, {"fewest": 19, "most": 21}),
        ("tenant", 0, "new", 2, {"fewest": 31, "most": 31}),
    ]
    assert document["versions"][3]["examples"] == [f"tenant_t0987{n}" for n in range(5)]
    assert [(run["run_id"], run["state"]) for run in document["runs"]] == [(HALTED.run_id, "halted")]


def test_problems_and_unfinished_runs_stand_below_the_table():
    refusal = Refusal(Reason.DELETED, "0002_b is applied, but its file is gone", "bring it back", ACME)
    text = status_text(Status((row(ACME, Standing.DIVERGED, problems=(refusal,)),), {}, (RUN,)))
    assert "problem: 0002_b is applied, but its file is gone\n  next: bring it back\n  in: tenant_acme\n" in text
    assert "unfinished: apply of 2026-03-01 12:00:00 UTC by ada on laptop, run run-1\n  next: `sqlmig locks`" in text


def test_a_program_gets_every_target():
    document = status_json(Status((row(ACME, Standing.BEHIND, pending=2),), {"tenant": 5}, (RUN,)))
    assert document["format"] == "sqlmig.status/1"
    assert (document["current"], document["counts"], document["heads"]) == (False, {"behind": 1}, {"tenant": 5})
    assert document["targets"] == [
        {
            "track": "tenant",
            "schema": "tenant_acme",
            "tenant": "acme",
            "standing": "behind",
            "version": 3,
            "pending": 2,
            "updated_at": "2026-03-01T12:00:00+00:00",
            "problems": [],
        }
    ]
    assert document["unfinished"][0]["run_id"] == "run-1"


def test_verification_says_whether_files_and_history_agree():
    assert verification_text(Verification(3, ())) == "3 targets looked at: the files and the history agree\n"
    refusal = Refusal(Reason.EDITED, "0001_a was edited after it ran", "undo it", ACME)
    text = verification_text(Verification(1, (refusal,), ("by the way",), (RUN,)))
    assert text.startswith("problem: 0001_a was edited after it ran\n")
    assert text.endswith("note: by the way\n\n1 target looked at: the files and the history do not agree\n")
    document = verification_json(Verification(1, (refusal,)))
    assert (document["format"], document["clean"], len(document["problems"])) == ("sqlmig.verify/1", False, 1)
