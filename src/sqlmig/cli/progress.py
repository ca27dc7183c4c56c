"""How a run goes on, on stderr: lines that a log can keep, and on a terminal a status line below them."""

from __future__ import annotations

import contextlib
import sys
from enum import Enum
from types import TracebackType
from typing import TYPE_CHECKING

from sqlmig.cli.output import tell
from sqlmig.project.model import Scope
from sqlmig.report.run import step_line, target_line, waiting_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.status import Status

    from sqlmig.fleet.run import Observer
    from sqlmig.plan.results import Holder, StepResult, TargetResult
    from sqlmig.plan.values import Target
    from sqlmig.project.config.values import Config


class Detail(Enum):
    """How much is told of a run."""

    STEPS = "steps"
    """A line for each step: for one target."""
    TARGETS = "targets"
    """A line for each target: for a fleet."""


def detail_of(config: Config, schemas: Sequence[str], *, platform: bool, verbose: bool) -> Detail:
    """Each step is told where no fleet is at work, or where the caller wants to see more."""
    one_tenant = len(schemas) == 1 and not any(character in schemas[0] for character in "*?[")
    no_tenant = platform or all(track.scope is Scope.SHARED for track in config.tracks)
    return Detail.STEPS if verbose or one_tenant or no_tenant else Detail.TARGETS


class Progress:
    """Tells how a run goes on, for the time of a block."""

    def __init__(self, detail: Detail) -> None:
        self._detail = detail
        self._status: Status | None = None
        self._targets = 0

    @property
    def observer(self) -> Observer:
        """Whom the run tells."""
        from sqlmig.fleet.run import Observer

        return Observer(self._step_done, self._target_done)

    def waiting(self, target: Target, holders: list[Holder]) -> None:
        """A target is kept waiting; called from another thread."""
        self._line(waiting_line(target, holders))

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            # Only a terminal needs it, and importing it takes as long as a small migration.
            from rich.console import Console

            self._status = Console(stderr=True, highlight=False).status("planning")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def _step_done(self, result: StepResult) -> None:
        if self._detail is Detail.STEPS:
            self._line(step_line(result))
        self._last(f"{result.step.target.schema}  {result.step.label}")

    def _target_done(self, result: TargetResult) -> None:
        self._targets += 1
        if self._detail is Detail.TARGETS and result.steps:
            self._line(target_line(result))
        self._last(result.target.schema)

    def _last(self, text: str) -> None:
        if self._status is not None:
            from rich.markup import escape

            self._status.update(escape(f"{self._targets:,} done, last {text}"))

    def _line(self, text: str) -> None:
        # A log that cannot be written to must not end a run half way.
        with contextlib.suppress(OSError):
            if self._status is not None:
                self._status.console.print(text, markup=False, soft_wrap=True)
            else:
                tell(text)
