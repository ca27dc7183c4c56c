import datetime

import samples
from sqlmig.plan.status import Status, TargetStatus, UnfinishedRun, Verification
from sqlmig.plan.values import Reason, Refusal, Standing
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
    from dataclasses import replace

    text = status_text(Status((row(ACME), row(replace(ACME, track="reports"))), {}))
    assert text.splitlines()[1].split()[:3] == ["tenant_acme", "tenant", "current"]
    assert text.splitlines()[2].split()[:3] == ["tenant_acme", "reports", "current"]


def test_a_large_fleet_is_counts_and_exceptions():
    lines = status_text(fleet(10_000, 2)).splitlines()
    assert lines[:3] == ["standing  targets", "current     9,998", "behind          2"]
    assert [line.split()[0] for line in lines[5:7]] == ["tenant_t0", "tenant_t1"]
    assert lines[-1] == "9,998 of 10,000 targets current"
    assert len(lines) < 12


def test_many_exceptions_are_cut_and_all_shows_them():
    status = fleet(200, 120)
    assert "70 more are not current; --all shows every target\n" in status_text(status)
    assert len(whole_status_text(status).splitlines()) == 203


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
