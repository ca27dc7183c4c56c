"""What happens during a run, for programs: one JSON object for each event. docs/events.md describes the fields."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlmig.plan.events import (
    Event,
    RunBegan,
    RunEnded,
    RunStopped,
    StepEnded,
    TargetBegan,
    TargetEnded,
    TargetRequeued,
    TargetWaits,
    Told,
    WaveBegan,
    WorkersChanged,
)
from sqlmig.plan.results import Failure, Holder, RunResult, StepResult, TargetResult
from sqlmig.plan.values import Target, Work
from sqlmig.project.model import Migration
from sqlmig.report.failures import kind_of_result
from sqlmig.report.runstate import seconds_spent, steps_done
from sqlmig.report.words import holder_json, place_json

FORMAT = "sqlmig.events/1"


def opening_json(at: float, tool: str) -> dict[str, object]:
    """The first line of a log: which format it has, and who writes it."""
    return {"event": "log-opened", "at": _moment(at), "format": FORMAT, "tool": tool}


def event_json(event: Event, at: float, run_id: str | None) -> dict[str, object]:
    """One event.

    Args:
        event: what happened.
        at: when, in seconds since 1970.
        run_id: of the run, where it is known already.
    """
    name, fields = _named(event)
    return {"event": name, "at": _moment(at), "run_id": run_id, **fields}


def _named(event: Event) -> tuple[str, Mapping[str, object]]:
    match event:
        case TargetBegan(worker, target):
            return "target-began", {"worker": worker, **_target(target)}
        case StepEnded(worker, result):
            return "step-ended", {"worker": worker, **_step(result)}
        case TargetEnded(worker, result):
            return "target-ended", {"worker": worker, **_target_result(result)}
        case TargetRequeued(worker, target, why, attempts, seconds, blockers):
            again = {"why": why, "attempts": attempts, "delay_ms": _ms(seconds), "blockers": _holders(blockers)}
            return "target-requeued", {"worker": worker, **_target(target), **again}
        case TargetWaits(target, blockers):
            return "target-waits", {**_target(target), "blockers": _holders(blockers)}
        case _:
            return _of_the_run(event)


def _of_the_run(
    event: RunBegan | WaveBegan | WorkersChanged | Told | RunStopped | RunEnded,
) -> tuple[str, Mapping[str, object]]:
    match event:
        case RunBegan(run_id, targets, steps, waves, workers, joined, point):
            listed = [{"name": name, "targets": size} for name, size in waves]
            size = {"targets": targets, "steps": steps, "waves": listed, "workers": workers, "joined": joined}
            stored = point.stored if point is not None else None
            return "run-began", {"run_id": run_id, **size, "restore_point": stored}
        case WaveBegan(number, name, targets):
            return "wave-began", {"wave": number, "name": name, "targets": targets}
        case WorkersChanged(workers, why):
            return "workers-changed", {"workers": workers, "why": why}
        case Told(message):
            return "note", {"message": message}
        case RunStopped(why):
            return "run-stopped", {"why": why}
        case RunEnded(result):
            return "run-ended", _run_result(result)


def _target(target: Target) -> dict[str, object]:
    slug = target.tenant.slug if target.tenant is not None else None
    return {"track": target.track, "schema": target.schema, "tenant": slug}


def _step(result: StepResult) -> dict[str, object]:
    step = result.step
    return {
        **_target(step.target),
        "version": step.version,
        "name": step.unit.name,
        "direction": step.direction.value,
        "outcome": result.outcome.value,
        "ms": _ms(result.duration),
        "lock_wait_ms": _ms(result.lock_wait),
        "attempts": result.attempts,
        "locks": result.locks,
        "plain": list(result.plain),
        "notes": list(result.notes),
        "sqlstate": _sqlstate(result.failure),
        "remedy": result.remedy.value if result.remedy is not None else None,
        "blockers": _holders(result.blockers),
    }


def _target_result(result: TargetResult) -> dict[str, object]:
    return {
        **_target(result.target),
        "outcome": result.outcome.value,
        "versions": [_version(work) for work in result.plan.works[: steps_done(result)]],
        "ms": _ms(seconds_spent(result)),
        "attempts": result.attempts,
        "elsewhere": result.elsewhere,
        **(_failure(result, result.failure) if result.failure is not None else _NO_FAILURE),
    }


_NO_FAILURE: Mapping[str, object] = {"sqlstate": None, "failure": None, "blockers": []}


def _failure(result: TargetResult, failure: Failure) -> dict[str, object]:
    kind = kind_of_result(result, failure)
    return {
        "sqlstate": kind.sqlstate,
        "failure": {
            "migration": kind.migration or None,
            "statement": kind.statement,
            "constraint": kind.constraint,
            "message": failure.message,
            "place": place_json(failure.place),
            "state": failure.state,
            "next": failure.next,
        },
        "blockers": _holders(result.steps[-1].blockers if result.steps else ()),
    }


def _run_result(result: RunResult) -> dict[str, object]:
    return {
        "outcome": result.outcome.value,
        "exit_status": result.exit_status,
        "ms": _ms(result.seconds),
        "counts": dict(Counter(one.outcome.value for one in result.results)),
        "behind": [target.schema for target in result.behind],
        "halted": result.halted,
        "stopped": result.stopped,
        "invalid": list(result.invalid),
    }


def _version(work: Work) -> int | None:
    return work.unit.version if isinstance(work.unit, Migration) else None


def _holders(holders: Sequence[Holder]) -> Iterable[dict[str, object]]:
    return [holder_json(holder) for holder in holders]


def _sqlstate(failure: Failure | None) -> str | None:
    return failure.error.sqlstate if failure is not None and failure.error is not None else None


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _moment(at: float) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.UTC).isoformat(timespec="milliseconds")
