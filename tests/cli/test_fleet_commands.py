"""`apply` over a fleet and `run`, as people and schedulers meet them: words, exit statuses, and the log of events."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from commandline import Cli
from fleetshop import configure, done_steps, fleet, last_run, register, steps_of
from sessions import AT_THE_GATE, at_the_gate, gate_closed, until
from shop import FILES, Shop

Connect = Callable[..., psycopg.Connection[Any]]


@pytest.fixture
def shop(tmp_path: Path, database_url: str, connect: Connect) -> Shop:
    made = Shop(tmp_path, database_url, connect())
    made.write(FILES)
    return made


def broken(shop: Shop, *schemas: str) -> None:
    shop.pair("tenant", "0002_broken", f"{{% if schema in {list(schemas)} %}}SELECT 1 / 0;{{% endif %}}SELECT 1;\n")


def test_a_canary_that_fails_halts_and_says_how_to_go_on(shop: Shop, sqlmig: Any) -> None:
    fleet(shop, 6)
    broken(shop, "tenant_t02")
    answer = sqlmig("apply", "--canary", "t01,t02", "--wave", "2", "--workers", "2")
    assert answer.status == 3
    run_id, state = last_run(shop)
    short = run_id[:8]
    assert state == "halted"
    assert answer.out.startswith("2 of 7 targets where they should be")
    assert "division by zero" in answer.err
    assert "1 of 2 targets did not get there (1 failed), and the gate allows none" in answer.err
    assert "`sqlmig apply --resume` goes on with it" in answer.err

    shown = sqlmig("run", "show", short)
    assert (shown.status, f"run {run_id}: apply, halted" in shown.out) == (0, True)
    assert "canary" in shown.out
    assert "22012 in 0002_broken:1" in shown.out

    as_json = sqlmig("run", "show", short, "--format", "json").json
    assert [item["state"] for item in as_json["items"]] == ["done", "failed", *["pending"] * 4]

    resumed = sqlmig("apply", "--resume", short)
    assert resumed.status == 3
    everywhere = steps_of([f"tenant_t{number:02}" for number in range(1, 7)], 1, 2)
    assert done_steps(shop) == [step for step in everywhere if step != ("tenant_t02", 2)]
    shop.pair("tenant", "0002_broken", "SELECT 1;\n")
    retried = sqlmig("apply", "--retry-failed")
    assert retried.status == 0
    assert shop.versions("tenant_t02") == [1, 2]
    assert sqlmig("apply", "--retry-failed").status == 1


def test_a_run_that_waits_for_a_yes_refuses_the_same_command_and_is_resumed(shop: Shop, sqlmig: Any) -> None:
    fleet(shop, 4)
    paused = sqlmig("apply", "--canary", "1", "--confirm")
    assert paused.status == 5
    run_id, state = last_run(shop)
    assert state == "paused"
    again = sqlmig("apply", "--canary", "1", "--confirm")
    assert again.status == 1
    assert again.err == (
        f"sqlmig: error: run {run_id[:8]}, begun for the same, is paused: wave canary is done, and rest waits for"
        " somebody to say that it goes on\n"
        "  state: nothing was changed\n"
        f"  next: `sqlmig run resume {run_id[:8]}` goes on with it; `sqlmig run abort {run_id[:8]}` gives it up\n"
    )
    assert sqlmig("apply", "--format", "json").status == 1
    assert len(done_steps(shop)) == 1
    resumed = sqlmig("run", "resume")
    assert resumed.status == 0
    assert len(done_steps(shop)) == 4
    assert sqlmig("apply").status == 0, "and nothing is left to do"


def test_a_run_is_paused_from_another_terminal(shop: Shop, sqlmig: Any, cli: Cli, connect: Connect) -> None:
    schemas = fleet(shop, 5, workers=2)
    shop.pair("tenant", "0002_gate", "{% if schema == 'tenant_t01' %}" + AT_THE_GATE + "{% endif %}SELECT 1;\n")
    with ThreadPoolExecutor() as pool:
        with gate_closed(connect()):
            run = pool.submit(cli, "apply", "--canary", "2")
            until(lambda: at_the_gate(shop.connection))
            short = last_run(shop)[0][:8]
            said = sqlmig("run", "pause", short, "--reason", "lunch")
            assert (said.status, f"run {short}" in said.out) == (0, True)
        answer = run.result()
    assert answer.returncode == 5
    assert ": lunch" in answer.stderr
    assert "`sqlmig apply --resume` goes on with it" in answer.stderr
    assert done_steps(shop) == steps_of(schemas[:2], 1, 2)
    assert "paused" in sqlmig("run", "list").out
    assert sqlmig("apply").status == 1
    assert sqlmig("run", "resume", short, "--workers", "4").status == 0
    assert done_steps(shop) == steps_of(schemas, 1, 2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--resume", "--retry-failed"), "--resume and --retry-failed exclude each other"),
        (("--resume", "--schema", "x"), "--resume has the targets of a run, and takes no others"),
        (("--resume", "--canary", "1"), "--resume goes on as the run was begun"),
        (("--resume", "--wave", "1"), "--resume goes on as the run was begun"),
        (("--retry-failed", "--wave", "1"), "--retry-failed is one wave, begun at once"),
        (("--confirm",), "--confirm asks between waves, and there are none"),
        (("--canary", "rest"), "--canary rest takes every tenant"),
        (("--workers", "0"), "'0' is neither auto nor a number from 1 to 256"),
        (("--canary", "t99"), "wave 'canary' names 't99', which is neither slug nor schema of a tenant"),
        (("--canary", "plan=pro"), "wave 'canary' asks for 'plan', which is no column of the registry"),
    ],
)
def test_what_cannot_be_meant_is_told(shop: Shop, sqlmig: Any, arguments: tuple[str, ...], said: str) -> None:
    fleet(shop, 2)
    answer = sqlmig("apply", *arguments)
    assert answer.status == 2, answer.err
    assert said in answer.err
    assert done_steps(shop) == []


def test_many_failures_are_told_in_a_few_lines(shop: Shop, sqlmig: Any) -> None:
    fleet(shop, 30, breaker="{same_in_a_row: 0, share: 100%}")
    broken(shop, *(f"tenant_t{number:02}" for number in range(1, 25)))
    answer = sqlmig("apply")
    assert answer.status == 3
    assert "24 tenants: 22012 in 0002_broken:1" in answer.err
    assert answer.err.count("division by zero") < 10
    document = sqlmig("apply", "--retry-failed", "--format", "json").json
    assert (document["format"], document["exit_status"]) == ("sqlmig.apply/1", 3)


def events_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_events_of_a_run_are_complete_and_in_order(shop: Shop, sqlmig: Any, tmp_path: Path) -> None:
    schemas = fleet(shop, 8)
    shop.pair("tenant", "0002_broken", "{% if schema == 'tenant_t05' %}SELECT 1 / 0;{% endif %}SELECT 1;\n")
    file = tmp_path / "events.ndjson"
    assert sqlmig("apply", "--events", str(file), "--canary", "2").status == 3
    lines = events_of(file)
    names = [line["event"] for line in lines]
    assert names[:2] == ["log-opened", "run-began"]
    assert names[-1] == "run-ended"
    assert [line["name"] for line in lines if line["event"] == "wave-began"] == ["canary", "rest"]
    run_id = last_run(shop)[0]
    assert {line["run_id"] for line in lines[1:]} == {run_id}
    assert lines == sorted(lines, key=lambda line: line["at"])
    for schema in schemas:
        own = [line for line in lines if line.get("schema") == schema]
        assert [line["event"] for line in own] == ["target-began", "step-ended", "step-ended", "target-ended"]
        assert [line["version"] for line in own[1:3]] == [1, 2]
        worker = {line["worker"] for line in own}
        assert len(worker) == 1
        expected = "failed" if schema == "tenant_t05" else "done"
        assert [line["outcome"] for line in own[2:]] == [expected, expected]
    first_rest = names.index("wave-began", names.index("wave-began") + 1)
    canaries = [i for i, line in enumerate(lines) if line.get("schema") in schemas[:2]]
    assert max(canaries) < first_rest
    last = lines[-1]
    assert (last["outcome"], last["exit_status"], last["counts"]) == ("failed", 3, {"done": 8, "failed": 1})


def test_a_run_with_nothing_to_do_ends_in_the_log_of_events_too(shop: Shop, sqlmig: Any, tmp_path: Path) -> None:
    fleet(shop, 2)
    assert sqlmig("apply").status == 0
    file = tmp_path / "events.ndjson"
    assert sqlmig("apply", "--events", str(file)).status == 0
    assert [line["event"] for line in events_of(file)] == ["log-opened", "run-ended"]


def test_skip_refused_names_who_was_left_out(shop: Shop, sqlmig: Any) -> None:
    fleet(shop, 3)
    shop.sql("INSERT INTO core.tenants (slug, schema_name) VALUES ('ghost', 'tenant_ghost')")
    assert sqlmig("apply").status == 1
    answer = sqlmig("apply", "--skip-refused")
    assert answer.status == 3
    assert answer.err.count("schema tenant_ghost of tenant ghost is not there") == 1
    assert answer.out.startswith("4 of 5 targets where they should be")


def test_a_paused_run_does_not_bar_a_reset(shop: Shop, sqlmig: Any) -> None:
    fleet(shop, 3)
    shop.write({"sql/tenant/0001_deals.down.sql": "DROP TABLE deals;\n"})
    assert sqlmig("--env", "dev", "apply", "--canary", "1", "--confirm").status == 5
    answer = sqlmig("--env", "dev", "reset", "--schema", "tenant_*")
    assert answer.status == 0, answer.err
    assert len(shop.sql("SELECT FROM sqlmig.applied WHERE track = 'tenant'")) == 3


def test_a_rollback_of_a_fleet_uses_its_workers(shop: Shop, sqlmig: Any, tmp_path: Path) -> None:
    fleet(shop, 6)
    assert sqlmig("apply").status == 0
    file = tmp_path / "events.ndjson"
    answer = sqlmig("rollback", "--all-tenants", "--to", "0", "--workers", "3", "--events", str(file))
    assert answer.status == 0, answer.err
    workers = {line["worker"] for line in events_of(file) if line["event"] == "target-began"}
    assert workers <= {0, 1, 2}
    assert [shop.versions(f"tenant_t{number:02}") for number in range(1, 7)] == [[]] * 6


def test_a_tenant_registered_between_two_calls_is_picked_up(shop: Shop, sqlmig: Any) -> None:
    fleet(shop, 2)
    assert sqlmig("apply").status == 0
    register(shop, ["young"])
    configure(shop, workers=2)
    answer = sqlmig("apply")
    assert answer.status == 0
    assert answer.out.startswith("4 of 4 targets where they should be")
