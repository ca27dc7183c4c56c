"""What a person who watches a run sees below its lines: how far it is, what each worker does, what went wrong most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmig.plan.results import Outcome
from sqlmig.report.lines import position_line, waiting_line
from sqlmig.report.runstate import RunProgress, Work
from sqlmig.report.table import Tone
from sqlmig.report.words import counted, duration

MOST_WORKERS = 16
"""So many workers have a line each."""
_MOST_ERRORS = 5
_IDLE = 10.0
"""A worker that has had nothing to do for so many seconds is not shown: there may be fewer now."""
_LONGEST_BAR = 60


@dataclass(frozen=True, slots=True)
class Glyphs:
    """What a bar is drawn with."""

    full: str
    rest: str


LINES = Glyphs("━", "─")
ASCII = Glyphs("#", "-")
"""For terminals that have no more."""

Line = tuple[tuple[str, Tone], ...]
"""Pieces of a line, each with what it says, for a terminal to paint."""


def screen(state: RunProgress, now: float, width: int, height: int, glyphs: Glyphs = LINES) -> tuple[Line, ...]:
    """The lines that are drawn anew again and again; a terminal cuts those that are too long.

    Args:
        state: how the run stands.
        now: of the clock that `state.began` is of.
        width: columns of the terminal.
        height: rows of the terminal; some of them are left to the lines that stay.
        glyphs: what the bar is drawn with.
    """
    if state.run is None and not state.over and not state.work:
        return (_plain(f"planning  {duration(now - state.began)}"),)
    lines = [_plain(_position(state, now))]
    if state.run is not None and state.run.targets > 1:
        lines.insert(0, _bar(state, _wave(state, len(state.run.waves)), now, width, glyphs))
    errors = list(_errors(state))
    # At least one row is left to the lines that stay.
    lines += _work(state, now, max(0, min(MOST_WORKERS, height - len(lines) - len(errors) - 2)))
    return tuple([*lines, *errors][: max(1, height - 1)])


def _bar(state: RunProgress, before: str, now: float, width: int, glyphs: Glyphs) -> Line:
    """The wave, a bar, the share and the time that has passed."""
    after = f"  {state.share * 100:.0f} %  {duration(now - state.began)}"
    room = max(0, min(_LONGEST_BAR, width - len(before) - len(after) - 1))
    full = int(state.share * room)
    bad = min(full, -(-(state.failed + state.counts.get(Outcome.BLOCKED, 0)) * full // max(1, state.over)))
    return (
        (before, Tone.HEAD),
        (glyphs.full * (full - bad), Tone.GOOD),
        (glyphs.full * bad, Tone.BAD),
        (glyphs.rest * (room - full), Tone.PLAIN),
        (after, Tone.PLAIN),
    )


def _wave(state: RunProgress, waves: int) -> str:
    if state.wave is None or waves < 2:
        return ""
    return f"{state.wave.name} (wave {len(state.past) + 1} of {waves})  "


def _position(state: RunProgress, now: float) -> str:
    workers = f", {counted(state.workers, 'worker')}" if state.workers > 1 else ""
    stopping = f"; stopping: {state.stopping}" if state.stopping is not None else ""
    return f"{position_line(state, now)}{workers}{stopping}"


def _work(state: RunProgress, now: float, room: int) -> Iterator[Line]:
    """What each worker does, as far as there is room."""
    at_work = [one for one in sorted(state.work.items()) if one[1].ended is None or now - one[1].since < _IDLE]
    for _, work in at_work[:room]:
        yield _at_work(work, now)
    if len(at_work) > room:
        yield _plain(f"  and {counted(len(at_work) - room, 'worker')} more")


def _at_work(work: Work, now: float) -> Line:
    since = now - work.since
    if work.ended is not None:
        # A worker has its next target in a moment; a line that comes and goes would make all others jump.
        return _plain("  -" if since > 1.0 else f"  {work.target.schema}  {work.ended}")
    if work.blockers:
        return (("  ", Tone.PLAIN), (waiting_line(work.target, work.blockers), Tone.WARN))
    last = f"{work.step.label} ended, " if work.step is not None else ""
    return _plain(f"  {work.target.schema}  {last}{duration(since)}")


def _errors(state: RunProgress) -> Iterator[Line]:
    """The errors that most targets met, once there are more of them than lines."""
    for kind, number in sorted(state.failures.items(), key=lambda item: -item[1])[:_MOST_ERRORS]:
        if number > 1:
            yield (("  ", Tone.PLAIN), (f"{number:,} x {kind}", Tone.BAD))


def _plain(text: str) -> Line:
    return ((text, Tone.PLAIN),)
