"""How a run's events change where it stands, and which of them get a line.

A fold without effects. Events come in batches: a fleet makes ten thousand of them in a second, and nobody reads as
fast. What targets do is therefore counted a batch at a time; what concerns the whole run comes one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

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
from sqlmig.plan.results import Holder, Outcome, StepResult
from sqlmig.plan.rollout import ErrorKind, Identity
from sqlmig.report.failures import kind_of_result
from sqlmig.report.lines import (
    OUTCOMES,
    failed_line,
    position_line,
    requeued_line,
    restore_point_line,
    run_line,
    step_line,
    target_line,
    waiting_line,
    wave_began_line,
    wave_ended_line,
)
from sqlmig.report.runstate import (
    FLEET,
    Detail,
    Medium,
    RunProgress,
    Sample,
    Seen,
    WaveTally,
    Work,
    sampled,
    steps_done,
)

_EXAMPLES = {Medium.SCREEN: 3, Medium.LOG: 1}
"""How many of a kind get a line in a fleet; the others are counted."""
_HEARTBEAT = 10.0
"""A log is told how far the run is once this many seconds have passed ..."""
_HEARTBEAT_SHARE = 0.05
"""... and this much of the run;"""
_SILENCE = 60.0
"""at the latest after so many seconds: some CI servers end what says nothing."""

Happened = tuple[float, Event]
"""An event, and when it was."""

_OfTarget = TargetBegan | StepEnded | TargetEnded | TargetRequeued | TargetWaits


def advance(before: RunProgress, events: Iterable[Happened], now: float) -> RunProgress:
    """How a run stands after what happened since.

    Args:
        before: how it stood; its lines were told.
        events: in the order in which they happened, with the times; there may be none.
        now: of the clock that `before.began` and the events' times are of.
    """
    state = replace(before, lines=())
    for of_targets, batch in groupby(events, key=_is_of_target):
        if of_targets:
            state = _worked(state, batch)
        else:
            for at, event in batch:
                state = _turned(state, event, at)
    samples = sampled(state.samples, Sample(now, state.over, state.steps))
    return _with_heartbeat(replace(state, samples=samples), now)


def seen(state: RunProgress, now: float) -> Seen:
    """What the report on a run needs to know besides its result; a wave that is under way counts as it is."""
    return Seen(_with_wave_closed(state, now).past, state.plain, state.shared)


def _is_of_target(happened: Happened) -> bool:
    return isinstance(happened[1], _OfTarget)


def _turned(state: RunProgress, event: Event, now: float) -> RunProgress:
    """After something that concerns the whole run."""
    match event:
        case RunBegan():
            lines = [run_line(event)] if event.targets > FLEET or len(event.waves) > 1 or event.joined else []
            lines += [restore_point_line(event.restore_point)] if event.restore_point is not None else []
            return _saying(replace(state, run=event, workers=event.workers, told_at=now), *lines)
        case WaveBegan(_, name, targets):
            wave = WaveTally(name, targets, now)
            lines = [wave_began_line(wave)] if _in_waves(state) else []
            return _saying(replace(_with_wave_closed(state, now), wave=wave), *lines)
        case WorkersChanged(workers, why):
            # Fewer are a sign of trouble; more are none.
            news = [f"{workers} at once from now on: {why}"] if workers < state.workers else []
            return _saying(replace(state, workers=workers), *news)
        case Told(message):
            return _saying(state, f"note: {message}")
        case RunStopped(why):
            return _saying(replace(state, stopping=why), f"stopping: {why}; what is under way is finished")
        case RunEnded():
            return replace(_with_wave_closed(state, now), work={})
    return state


@dataclass(slots=True)
class _Draft:
    """What targets change in the state, while a batch is gone through."""

    lines: list[str]
    counts: Counter[Outcome]
    steps: int
    queued: set[Identity]
    work: dict[int, Work]
    failures: Counter[ErrorKind]
    waits: Counter[object]
    plain: Counter[str]
    shared: dict[str, tuple[str, ...]]
    ended: Counter[Outcome]
    """Of this batch alone: of the wave that is under way."""


def _worked(state: RunProgress, events: Iterable[Happened]) -> RunProgress:
    """After what targets and their workers did."""
    draft = _draft(state)
    for at, event in events:
        match event:
            case TargetBegan(worker, target):
                draft.work[worker] = Work(target, at)
                draft.queued.discard(target.identity)
            case StepEnded(worker, result):
                draft.work[worker] = Work(result.step.target, at, result.step)
                _step_ended(draft, state, result)
            case TargetEnded():
                _ended(draft, state, event, at)
            case TargetRequeued():
                _requeued(draft, state, event, at)
            case TargetWaits():
                _waits(draft, state, event)
    wave = state.wave and _with(state.wave, draft.ended)
    return replace(
        state,
        lines=tuple(draft.lines),
        counts=draft.counts,
        steps=draft.steps,
        queued=frozenset(draft.queued),
        work=draft.work,
        failures=draft.failures,
        waits=draft.waits,
        plain=draft.plain,
        shared=draft.shared,
        wave=wave,
    )


def _draft(state: RunProgress) -> _Draft:
    return _Draft(
        list(state.lines),
        Counter(state.counts),
        state.steps,
        set(state.queued),
        dict(state.work),
        Counter(state.failures),
        Counter(state.waits),
        Counter(state.plain),
        dict(state.shared),
        Counter(),
    )


def _step_ended(draft: _Draft, state: RunProgress, result: StepResult) -> None:
    draft.steps += result.outcome is Outcome.DONE
    if result.plain:
        draft.plain[result.step.label] += 1
    if result.step.shared:
        draft.shared[result.step.label] = result.step.shared
    if state.detail is Detail.STEPS:
        draft.lines.append(step_line(result))


def _ended(draft: _Draft, state: RunProgress, event: TargetEnded, at: float) -> None:
    result = event.result
    if not result.plan.steps:
        return
    draft.counts[result.outcome] += 1
    draft.ended[result.outcome] += 1
    draft.steps += _steps_left_out(event)
    draft.queued.discard(result.target.identity)
    if event.worker is not None:
        draft.work[event.worker] = Work(result.target, at, None, (), OUTCOMES[result.outcome])
    if result.failure is not None:
        kind = kind_of_result(result, result.failure)
        draft.failures[kind] += 1
        if state.fleet and draft.failures[kind] <= _EXAMPLES[state.medium]:
            draft.lines.append(failed_line(result, result.failure, kind))
    if state.detail is Detail.TARGETS and not state.fleet and result.steps:
        draft.lines.append(target_line(result))


def _requeued(draft: _Draft, state: RunProgress, event: TargetRequeued, at: float) -> None:
    draft.queued.add(event.target.identity)
    draft.work[event.worker] = Work(event.target, at, None, (), "put off")
    if _is_news(draft, state, event.blockers, event.why):
        draft.lines.append(requeued_line(event))


def _waits(draft: _Draft, state: RunProgress, event: TargetWaits) -> None:
    for worker, work in draft.work.items():
        if work.target.identity == event.target.identity:
            draft.work[worker] = replace(work, blockers=event.blockers)
    if _is_news(draft, state, event.blockers, "waits"):
        draft.lines.append(waiting_line(event.target, event.blockers))


_PATIENT = 20
"""Where there are few targets, so many times more of what is alike is told."""


def _is_news(draft: _Draft, state: RunProgress, blockers: Sequence[Holder], why: str) -> bool:
    """Whether somebody in the way is worth a line: in a fleet, one session may keep hundreds of targets waiting."""
    who: object = blockers[0].pid if blockers else why
    draft.waits[who] += 1
    most = _EXAMPLES[state.medium]
    return draft.waits[who] <= (most if state.fleet else most * _PATIENT)


def _steps_left_out(event: TargetEnded) -> int:
    """The steps of a target that no event told of: those behind a failure, and those that another process ran."""
    result = event.result
    return len(result.plan.steps) - (0 if result.elsewhere else steps_done(result))


def _with(wave: WaveTally, ended: Counter[Outcome]) -> WaveTally:
    return replace(
        wave,
        done=wave.done + ended[Outcome.DONE],
        failed=wave.failed + ended[Outcome.FAILED] + ended[Outcome.QUARANTINED],
        blocked=wave.blocked + ended[Outcome.BLOCKED],
    )


def _with_wave_closed(state: RunProgress, now: float) -> RunProgress:
    if state.wave is None:
        return state
    wave = replace(state.wave, seconds=now - state.wave.began)
    lines = [wave_ended_line(wave)] if _in_waves(state) else []
    return _saying(replace(state, wave=None, past=(*state.past, wave)), *lines)


def _with_heartbeat(state: RunProgress, now: float) -> RunProgress:
    """With a line that says how far the run is, where a log has not been told for long."""
    if state.medium is not Medium.LOG or not state.fleet:
        return state
    silent = now - state.told_at
    if silent < _SILENCE and (silent < _HEARTBEAT or state.share - state.told_share < _HEARTBEAT_SHARE):
        return state
    return _saying(replace(state, told_at=now, told_share=state.share), position_line(state, now))


def _in_waves(state: RunProgress) -> bool:
    return state.run is not None and len(state.run.waves) > 1


def _saying(state: RunProgress, *lines: str) -> RunProgress:
    return replace(state, lines=(*state.lines, *lines))
