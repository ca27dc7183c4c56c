"""What the commands that change the database have in common: progress, signals, the report, the exit status."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from sqlmig.cli.events import EventLog
from sqlmig.cli.progress import Detail, Progress
from sqlmig.cli.sharding import Answer, show_answer
from sqlmig.cli.signals import stopping_on_signals
from sqlmig.report.errors import error_json
from sqlmig.report.refusals import refusal_json, refusals_text
from sqlmig.report.run import failures_text, run_json, run_notes, run_summary, waves_text
from sqlmig.report.runstate import Seen

if TYPE_CHECKING:
    from sqlmig.db.context import Stop
    from sqlmig.engine import PlanRefused
    from sqlmig.plan.results import RunResult

Call = Callable[[Progress, "Stop"], "RunResult"]


def run_and_report(command: str, output: str, detail: Detail, call: Call, *, events: str | None = None) -> int:
    """Makes a run and tells what it came to.

    Args:
        command: names the JSON document.
        output: `text` or `json`.
        detail: how much is told meanwhile.
        call: makes the run.
        events: the file that gets each event as a line of JSON.

    Returns:
        The exit status: 0 only when every target was read back where it should be.

    Raises:
        UsageError: the file for events cannot be opened.
    """
    with stopping_on_signals() as stop:
        answer = answer_of_run(command, output, Progress(detail), call, stop, events=events)
    return show_answer(answer)


def answer_of_run(
    command: str, output: str, progress: Progress, call: Call, stop: Stop, *, events: str | None = None
) -> Answer:
    """Makes a run; what it came to is yet to be shown.

    Args:
        command: names the JSON document.
        output: `text` or `json`.
        progress: tells how it goes on; of several runs at once, in lines only.
        call: makes the run.
        stop: what Ctrl-C requests.
        events: the file that gets each event as a line of JSON.

    Raises:
        UsageError: the file for events cannot be opened.
    """
    from sqlmig.engine import PlanRefused

    try:
        with ExitStack() as stack:
            if events is not None:
                progress.also_tell(stack.enter_context(EventLog(events)).tell)
            result = call(stack.enter_context(progress), stop)
    except PlanRefused as refused:
        return refused_answer(refused, output)
    return run_answer(result, command, output, progress.seen)


def run_answer(result: RunResult, command: str, output: str, seen: Seen) -> Answer:
    """What a run came to, as it is shown.

    Args:
        result: of the run.
        command: names the JSON document.
        output: `text` or `json`.
        seen: what the run's events told besides.
    """
    if output == "json":
        return Answer(run_json(result, command, seen), result.exit_status)
    told = [run_notes(result, seen), failures_text(result), waves_text(seen.waves)]
    return Answer(run_summary(result), result.exit_status, "\n\n".join(filter(None, told)))


def refused_answer(refused: PlanRefused, output: str) -> Answer:
    """Why a plan may not run, as it is shown."""
    refusals = refused.plan.refusals
    if output == "json":
        document = {**error_json(refused), "refusals": [refusal_json(refusal) for refusal in refusals]}
        return Answer(document, refused.exit_status)
    told = f"{refusals_text(refusals)}\n\nsqlmig: error: the plan may not run; nothing was changed"
    return Answer("", refused.exit_status, told)
