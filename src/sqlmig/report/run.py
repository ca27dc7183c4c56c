"""What a run came to: in words, and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlmig.plan.results import Outcome, RunResult, StepResult, TargetResult
from sqlmig.project.model import Direction
from sqlmig.report.failures import Alike, alike_json, alike_texts, failed_alike, failure_json
from sqlmig.report.plan import notes_of, step_json
from sqlmig.report.runstate import Seen, WaveTally, seconds_spent, steps_done
from sqlmig.report.table import Cell, table
from sqlmig.report.words import EXAMPLES, counted, duration, some

MOST_WHOLE = 200
"""In the JSON of a run with more targets than this, steps that ended well are counted and not listed."""

NOTHING = Seen()


def failures_text(result: RunResult) -> str:
    """What went wrong: each error once, however many targets met it; empty when nothing did."""
    groups = failed_alike(result.results)
    parts = alike_texts(groups)
    if result.behind:
        names = some([target.schema for target in result.behind])
        parts.append(
            f"sqlmig: error: not where they should be: {names}\n"
            "  state: every step ended well, and yet the history says otherwise: something else changed it meanwhile\n"
            "  next: run `sqlmig status`, then `sqlmig verify`"
        )
    if result.invalid:
        parts.append(_invalid(result.invalid))
    waiting = [one.target.schema for one in result.results if one.outcome is Outcome.NOT_STARTED]
    if waiting and result.halted is None:
        parts.append(f"not started: {some(waiting)}")
    if result.halted is not None:
        parts.append(_halted(result, waiting))
    elif result.run_id is not None and _downwards(result) and result.outcome is not Outcome.DONE:
        parts.append(
            f"`sqlmig run resume {result.run_id}` takes back what is left, and nothing further; once more with --steps"
            " would go on from where each target is now"
        )
    elif result.run_id is not None and any(alike.many for alike in groups):
        parts.append(_once_corrected(result, groups))
    return "\n\n".join(parts)


def run_notes(result: RunResult, seen: Seen = NOTHING) -> str:
    """What is worth knowing, though it stops nothing; empty when there is nothing."""
    return "\n".join(f"note: {note}" for note in _notes(result, seen))


def waves_text(waves: Sequence[WaveTally]) -> str:
    """How each wave ended, as a table; empty when there was one at most."""
    if len(waves) < 2:
        return ""
    columns = ["wave", "targets", "done", "failed", "blocked", "took"]
    rows: list[list[Cell | str]] = []
    for wave in waves:
        numbers = (wave.targets, wave.done, wave.failed, wave.blocked)
        cells = [Cell(f"{number:,}", right=True) for number in numbers]
        rows.append([wave.name, *cells, Cell(duration(wave.seconds), right=True)])
    return table(columns, rows)


def run_summary(result: RunResult) -> str:
    """The last line: how many targets are where they should be, what ran, and how long it took."""
    total = len(result.results)
    there = sum(one.outcome is Outcome.DONE for one in result.results) - len(result.behind)
    steps = sum(map(steps_done, result.results))
    ran = counted(steps, "step") if steps else "nothing to do" if there == total else "nothing was done"
    counts = f"{there:,} of {counted(total, 'target')} where {'it' if total == 1 else 'they'} should be"
    return f"{counts}: {ran}, {duration(result.seconds)}"


def run_json(result: RunResult, command: str, seen: Seen = NOTHING) -> dict[str, object]:
    """A run for programs."""
    whole = len(result.results) <= MOST_WHOLE
    return {
        "format": f"sqlmig.{command}/1",
        "run_id": result.run_id,
        "outcome": result.outcome.value,
        "exit_status": result.exit_status,
        "seconds": round(result.seconds, 3),
        "halted": result.halted,
        "counts": dict(Counter(one.outcome.value for one in result.results)),
        "waves": [_wave_json(wave) for wave in seen.waves],
        "failures": [alike_json(alike) for alike in failed_alike(result.results)],
        "targets": [_target_json(one, whole=whole) for one in result.results],
        "behind": [target.schema for target in result.behind],
        "invalid": list(result.invalid),
        "restore_point": result.restore_point.stored if result.restore_point is not None else None,
        "notes": _notes(result, seen),
    }


def _invalid(indexes: Sequence[str]) -> str:
    one = len(indexes) == 1
    more = [f"and {len(indexes) - EXAMPLES:,} more"] if len(indexes) > EXAMPLES else []
    return "\n".join(
        [
            f"sqlmig: warning: {'an index is' if one else f'{len(indexes):,} indexes are'} INVALID: {some(indexes)}",
            "  state: every write maintains such an index, and no query uses it; no migration of this run built it",
            f"  next: drop {'it' if one else 'each of them'}, then build it again:",
            *(f"    DROP INDEX CONCURRENTLY {name};" for name in indexes[:EXAMPLES]),
            *(f"    {words}" for words in more),
        ]
    )


def _halted(result: RunResult, waiting: Sequence[str]) -> str:
    command = f"run resume {result.run_id}" if _downwards(result) else "apply --resume"
    goes_on = f"`sqlmig {command}` goes on with it, once nothing stands against that"
    names = f" ({some(waiting)})" if waiting else ""
    of = counted(len(result.results), "target")
    return (
        f"sqlmig: the run was stopped: {result.halted}\n"
        f"  state: {len(waiting):,} of {of} had no turn, and are as they were{names}; "
        "what was under way was finished\n"
        f"  next: {goes_on}; "
        f"`sqlmig run show {result.run_id}` lists every target"
    )


def _downwards(result: RunResult) -> bool:
    return any(work.direction is Direction.DOWN for one in result.results for work in one.plan.works[:1])


def _once_corrected(result: RunResult, groups: Sequence[Alike]) -> str:
    failed = sum(len(alike.results) for alike in groups)
    which = "only this one" if failed == 1 else f"only these {failed:,}"
    return (
        f"`sqlmig run show {result.run_id}` lists the targets; "
        f"once it is corrected, `sqlmig apply --retry-failed` runs {which}"
    )


def _notes(result: RunResult, seen: Seen) -> list[str]:
    return [
        *notes_of(result.plan.notes),
        *(
            f"{label} touches what all targets share ({some(names)}): it ran in one target at a time"
            for label, names in seen.shared.items()
        ),
        *(
            f"{label} ran without CONCURRENTLY in {counted(number, 'target')}, where the table is new or small"
            for label, number in seen.plain.items()
        ),
    ]


def _target_json(result: TargetResult, *, whole: bool) -> dict[str, object]:
    target = result.target
    listed = result.steps if whole else [step for step in result.steps if step.outcome is not Outcome.DONE]
    failure = failure_json(result.failure) if result.failure is not None else None
    if failure is not None and not whole:
        # It stands once, under `failures`: ten thousand copies of a long statement are no use to anybody.
        failure["statement"] = None
    return {
        "track": target.track,
        "schema": target.schema,
        "tenant": target.tenant.slug if target.tenant is not None else None,
        "outcome": result.outcome.value,
        "steps_done": steps_done(result),
        "seconds": round(seconds_spent(result), 6),
        "attempts": result.attempts,
        "elsewhere": result.elsewhere,
        "steps": [_step_json(step) for step in listed],
        "failure": failure,
    }


def _step_json(result: StepResult) -> dict[str, object]:
    return {
        **step_json(result.step),
        "outcome": result.outcome.value,
        "seconds": round(result.duration, 6),
        "lock_wait": round(result.lock_wait, 6),
        "attempts": result.attempts,
        "locks": result.locks,
        "plain": list(result.plain),
        "notes": list(result.notes),
        "blockers": [holder.pid for holder in result.blockers],
    }


def _wave_json(wave: WaveTally) -> dict[str, object]:
    return {
        "name": wave.name,
        "targets": wave.targets,
        "done": wave.done,
        "failed": wave.failed,
        "blocked": wave.blocked,
        "seconds": round(wave.seconds, 3),
    }
