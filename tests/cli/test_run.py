"""`sqlmig run` on a real server: what it prints, what it exits with."""

from __future__ import annotations

import psycopg
import pytest


@pytest.fixture
def unfinished(tenants, database_url):
    """The id of a run that was killed with work left."""
    run_id = "1b2c3d4e-0000-0000-0000-000000000000"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO sqlmig.run (run_id, command, actor, host, tool, targets, state, goal, waves)"
            " VALUES (%s, 'apply', 'ada', 'pod-1', 'sqlmig', '[]', 'running', '{}', %s)",
            (run_id, '[{"name": "all", "targets": 1, "gate": {"verify": []}}]'),
        )
        connection.execute("INSERT INTO sqlmig.run_wave (run_id, wave, pending) VALUES (%s, 0, 1)", (run_id,))
        connection.execute(
            "INSERT INTO sqlmig.run_item (run_id, track, target, schema_name, wave, position)"
            " VALUES (%s, 'tenant', '1', 'tenant_acme', 0, 0)",
            (run_id,),
        )
    return run_id


def test_runs_are_listed_and_shown(tenants, unfinished):
    listed = tenants("run", "list")
    assert listed.status == 0
    assert listed.out.splitlines()[1].startswith("1b2c3d4e  ")
    shown = tenants("run", "show", "1b2c3d4e")
    assert shown.status == 0
    assert shown.out.startswith(f"run {unfinished}: apply, running\n")
    assert "tenant_acme  pending" in shown.out
    assert shown.out.endswith("next: no process is at work on it: `sqlmig run resume 1b2c3d4e` does what is left\n")
    assert len(tenants("run", "list", "--limit", "1", "--format", "json").json["runs"]) == 1


def test_a_run_nobody_works_on_is_paused_and_given_up(tenants, unfinished):
    paused = tenants("run", "pause", "1b2c", "--reason", "lunch")
    assert paused.status == 0
    assert paused.out == (
        "run 1b2c3d4e is paused: no process is at work on it, only its state was set\n"
        "  next: `sqlmig run resume 1b2c3d4e` goes on, `sqlmig run abort 1b2c3d4e` gives it up\n"
    )
    reason = tenants("run", "show", "1b2c", "--format", "json").json["reason"]
    assert reason.startswith("paused by ")
    assert reason.endswith(": lunch")
    assert tenants("run", "abort", "1b2c", "--format", "json").json["format"] == "sqlmig.run-abort/1"
    refused = tenants("run", "pause", "1b2c")
    assert refused.status == 1
    assert refused.err == (
        "sqlmig: error: run 1b2c3d4e is aborted\n"
        "  state: nothing was changed\n"
        "  next: `sqlmig apply` begins a new run with what is pending\n"
    )
    assert tenants("verify").status == 0, "it is unfinished no more"


def test_an_unknown_run_is_answered_with_what_there_is(tenants, unfinished):
    answer = tenants("run", "show", "nope")
    assert answer.status == 2
    assert "there is no run 'nope'; the last ones are 1b2c3d4e (apply, running), " in answer.err


@pytest.mark.parametrize("words", ["list", "show 1b2c3d4e", "pause 1b2c3d4e"])
def test_json_names_its_format(tenants, unfinished, words):
    answer = tenants("run", *words.split(), "--format", "json")
    assert answer.status == 0, answer.err
    names = {"list": "sqlmig.run-list/1", "show": "sqlmig.run/1", "pause": "sqlmig.run-pause/1"}
    assert answer.json["format"] == names[words.split()[0]]


def test_before_the_first_run_there_is_none(sqlmig):
    assert sqlmig("init").status == 0
    assert sqlmig("run", "list").out == "there has been no run yet\n"
    assert sqlmig("run", "pause", "1b2c").status == 2
