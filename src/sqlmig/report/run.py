"""What a run came to, in words; and the lines that tell how it goes on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmig.plan.results import Failure, Holder, Outcome, RunResult, StepResult, TargetResult
from sqlmig.plan.values import Target
from sqlmig.report.plan import notes_of, step_json
from sqlmig.report.refusals import nameless
from sqlmig.report.words import counted, duration, indented, place_json, some

_LONGEST_STATEMENT = 12
"""Lines of a failed statement that are shown."""


def step_line(result: StepResult) -> str:
    """One step that has ended: `tenant_acme  0007_add_deal_owner  12 ms`."""
    ended = "" if result.outcome is Outcome.DONE else f"{_WORDS[result.outcome]} after "
    return f"{result.step.target.schema}  {result.step.label}  {ended}{duration(result.duration)}{_patience([result])}"


def target_line(result: TargetResult) -> str:
    """One target that has ended: `tenant_acme  20 steps  395 ms`."""
    done = [step for step in result.steps if step.outcome is Outcome.DONE]
    took = duration(sum(step.duration for step in result.steps))
    ended = "" if result.outcome is Outcome.DONE else f"  {_WORDS[result.outcome]}"
    return f"{result.target.schema}  {counted(len(done), 'step')}  {took}{_patience(result.steps)}{ended}"


def waiting_line(target: Target, holders: Sequence[Holder]) -> str:
    """Who keeps a target waiting."""
    # A session that holds several of the locks is told once.
    who = " and ".join(str(holder) for holder in {holder.pid: holder for holder in holders}.values())
    return f"{target.schema}  waits for {who or 'a session that cannot be seen'}"


def failures_text(result: RunResult) -> str:
    """What went wrong: each failure once, however many targets met it; empty when nothing did."""
    parts = [f"sqlmig: error: {group}" for group in _failures(result.results)]
    if result.behind:
        names = some([target.schema for target in result.behind])
        parts.append(
            f"sqlmig: error: not where they should be: {names}\n"
            "  state: every step ended well, and yet the history says otherwise: something else changed it meanwhile\n"
            "  next: run `sqlmig status`, then `sqlmig verify`"
        )
    waiting = [one.target.schema for one in result.results if one.outcome is Outcome.NOT_STARTED]
    if waiting:
        parts.append(f"not started: {some(waiting)}")
    return "\n\n".join(parts)


def run_notes(result: RunResult) -> str:
    """What is worth knowing, though it stops nothing; empty when there is nothing."""
    return "\n".join(f"note: {note}" for note in notes_of(result.plan.notes))


def run_summary(result: RunResult) -> str:
    """The last line: how many targets are where they should be, what ran, and how long it took."""
    total = len(result.results)
    there = sum(one.outcome is Outcome.DONE for one in result.results) - len(result.behind)
    steps = sum(step.outcome is Outcome.DONE for one in result.results for step in one.steps)
    ran = counted(steps, "step") if steps else "nothing to do" if there == total else "nothing was done"
    counts = f"{there:,} of {counted(total, 'target')} where {'it' if total == 1 else 'they'} should be"
    return f"{counts}: {ran}, {duration(result.seconds)}"


def run_json(result: RunResult, command: str) -> dict[str, object]:
    """A run for programs."""
    return {
        "format": f"sqlmig.{command}/1",
        "run_id": result.run_id,
        "outcome": result.outcome.value,
        "exit_status": result.exit_status,
        "seconds": round(result.seconds, 3),
        "targets": [_target_json(one) for one in result.results],
        "behind": [target.schema for target in result.behind],
        "notes": list(notes_of(result.plan.notes)),
    }


@dataclass(frozen=True, slots=True)
class _Same:
    """Targets that failed alike."""

    results: tuple[TargetResult, ...]
    failure: Failure

    def __str__(self) -> str:
        failure = self.failure
        lines = [f"{failure.place}: {failure.message}" if failure.place else failure.message]
        if failure.place and (caret := failure.place.caret()):
            lines.append(caret)
        if failure.statement and _adds_to(failure):
            lines += ["  statement:", indented(_shortened(failure.statement))]
        if len(self.results) > 1:
            schemas = [result.target.schema for result in self.results]
            lines.append(f"  the same in {counted(len(schemas), 'target')}: {some(schemas)}")
        lines += [f"  state: {failure.state}", f"  next: {self._next()}"]
        return "\n".join(lines)

    def _next(self) -> str:
        """What to do for all of them: `apply` without a selection reaches all."""
        if len(self.results) == 1:
            return self.failure.next
        return self.failure.next.replace(f"sqlmig apply --schema {self.results[0].target.schema}", "sqlmig apply")


def _failures(results: Iterable[TargetResult]) -> list[_Same]:
    groups: dict[object, list[TargetResult]] = {}
    for result in results:
        if result.failure is not None:
            key = (nameless(result.failure.message, result.target), str(result.failure.place))
            groups.setdefault(key, []).append(result)
    return [_Same(tuple(same), same[0].failure) for same in groups.values() if same[0].failure is not None]


def _adds_to(failure: Failure) -> bool:
    """Whether the statement says more than the line under which the caret stands."""
    shown = failure.place.excerpt if failure.place is not None else None
    return shown is None or (failure.statement or "").strip() != shown.strip().rstrip(";")


def _shortened(statement: str) -> str:
    lines = statement.splitlines()
    if len(lines) <= _LONGEST_STATEMENT:
        return statement
    return "\n".join([*lines[:_LONGEST_STATEMENT], f"... {counted(len(lines) - _LONGEST_STATEMENT, 'line')} more"])


_WORDS = {
    Outcome.DONE: "done",
    Outcome.MOVED: "changed by another run",
    Outcome.FAILED: "failed",
    Outcome.BLOCKED: "blocked",
    Outcome.INTERRUPTED: "stopped",
    Outcome.QUARANTINED: "quarantined",
    Outcome.NOT_STARTED: "not started",
}


def _patience(steps: Iterable[StepResult]) -> str:
    """What it took besides the work itself; empty when everything went at once."""
    results = list(steps)
    again = sum(result.attempts - 1 for result in results)
    waited = sum(result.lock_wait for result in results)
    words = [f"tried again {counted(again, 'time')}"] if again else []
    if waited >= 0.1:
        words.append(f"waited {duration(waited)}")
    return f"  ({', '.join(words)})" if words else ""


def _target_json(result: TargetResult) -> dict[str, object]:
    target = result.target
    return {
        "track": target.track,
        "schema": target.schema,
        "tenant": target.tenant.slug if target.tenant is not None else None,
        "outcome": result.outcome.value,
        "steps": [_step_json(step) for step in result.steps],
        "failure": _failure_json(result.failure) if result.failure is not None else None,
    }


def _step_json(result: StepResult) -> dict[str, object]:
    return {
        **step_json(result.step),
        "outcome": result.outcome.value,
        "seconds": round(result.duration, 6),
        "lock_wait": round(result.lock_wait, 6),
        "attempts": result.attempts,
        "blockers": [holder.pid for holder in result.blockers],
    }


def _failure_json(failure: Failure) -> dict[str, object]:
    return {
        "message": failure.message,
        "state": failure.state,
        "next": failure.next,
        "place": place_json(failure.place),
        "statement": failure.statement,
        "sqlstate": failure.error.sqlstate if failure.error is not None else None,
    }
