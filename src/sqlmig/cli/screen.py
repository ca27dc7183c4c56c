"""Draws on a terminal how a run stands: lines that stay, and below them what changes.

The only importer of rich; it is imported where there is a terminal.
"""

from __future__ import annotations

from rich.console import Console
from rich.live import Live
from rich.text import Text

from sqlmig.report.runstate import RunProgress
from sqlmig.report.screen import ASCII, LINES, Line, screen
from sqlmig.report.table import Tone

_STYLES = {Tone.PLAIN: "", Tone.HEAD: "bold", Tone.GOOD: "green", Tone.WARN: "yellow", Tone.BAD: "red"}


class Screen:
    """A terminal on stderr; one that goes away is left alone, and the run goes on."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        self._glyphs = ASCII if self._console.options.ascii_only else LINES
        # The results go to stdout, and may go elsewhere: that is no business of this terminal.
        self._live = Live(console=self._console, auto_refresh=False, transient=True, redirect_stdout=False)
        self._gone = False
        self._started = False

    @property
    def usable(self) -> bool:
        """Whether the terminal can draw something anew."""
        return self._console.is_terminal and not self._console.is_dumb_terminal

    def show(self, state: RunProgress, now: float) -> None:
        """Writes the lines of a state, and draws the rest of it anew."""
        if self._gone:
            return
        try:
            self._show(state, now)
        except OSError:
            self._gone = True

    def close(self) -> None:
        """Takes away what was drawn; the lines stay. It may be shown again."""
        self._started = False
        try:
            self._live.stop()
        except OSError:
            self._gone = True

    def _show(self, state: RunProgress, now: float) -> None:
        if not self._started:
            self._started = True
            self._live.start()
        if state.lines:
            self._console.print(Text("\n".join(state.lines)), soft_wrap=True)
        width, height = self._console.size
        lines = screen(state, now, width, height, self._glyphs)
        self._live.update(_painted(lines), refresh=True)


def _painted(lines: tuple[Line, ...]) -> Text:
    # One Text for all lines: rich takes its time for each.
    text = Text(no_wrap=True, overflow="ellipsis")
    for number, line in enumerate(lines):
        if number:
            text.append("\n")
        for piece, tone in line:
            text.append(piece, _STYLES[tone] or None)
    return text
