"""What the commands that change the database have in common: progress, signals, the report, the exit status."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlmig.cli.output import show, show_json, tell
from sqlmig.cli.progress import Detail, Progress
from sqlmig.cli.signals import stopping_on_signals
from sqlmig.report.errors import error_json
from sqlmig.report.refusals import refusal_json, refusals_text
from sqlmig.report.run import failures_text, run_json, run_notes, run_summary

if TYPE_CHECKING:
    from sqlmig.db.context import Stop
    from sqlmig.engine import PlanRefused
    from sqlmig.plan.results import RunResult

Call = Callable[[Progress, "Stop"], "RunResult"]


def run_and_report(command: str, output: str, detail: Detail, call: Call) -> int:
    """Makes a run and tells what it came to.

    Args:
        command: names the JSON document.
        output: `text` or `json`.
        detail: how much is told meanwhile.
        call: makes the run.

    Returns:
        The exit status: 0 only when every target was read back where it should be.
    """
    from sqlmig.engine import PlanRefused

    try:
        with Progress(detail) as progress, stopping_on_signals() as stop:
            result = call(progress, stop)
    except PlanRefused as refused:
        return _refused(refused, output)
    if output == "json":
        show_json(run_json(result, command))
        return result.exit_status
    if notes := run_notes(result):
        tell(notes)
    if failures := failures_text(result):
        tell(failures)
    show(run_summary(result))
    return result.exit_status


def _refused(refused: PlanRefused, output: str) -> int:
    refusals = refused.plan.refusals
    if output == "json":
        show_json({**error_json(refused), "refusals": [refusal_json(refusal) for refusal in refusals]})
    else:
        tell(f"{refusals_text(refusals)}\n\nsqlmig: error: the plan may not run; nothing was changed")
    return refused.exit_status
