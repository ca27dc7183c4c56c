"""How a run is told: on a real terminal, in a log, and where neither can be written."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import samples
from commandline import clean_environment
from sqlmig.cli.progress import Detail, Progress
from sqlmig.plan.events import RunBegan, StepEnded, TargetEnded, Told
from sqlmig.plan.results import Outcome, StepResult

PROGRAM = Path(__file__).with_name("watched.py")
ESCAPE = "\x1b"
LINES = [
    "run run-1 begins: 100 targets, 100 steps in 2 waves (canary 5, rest 95), 2 workers",
    "wave canary begins: 5 targets",
    "wave rest begins: 95 targets",
    "tenant_t5  failed  the column is there already",
    "note: that was all",
]


class Terminal:
    """The other end of the terminal that a program's stderr is on."""

    def __init__(self, controller: int, process: subprocess.Popen[str]) -> None:
        self.controller = controller
        self.process = process
        self.shown = ""

    def until(self, text: str) -> None:
        """Reads until a text was shown."""
        while text not in self.shown:
            self.shown += os.read(self.controller, 65536).decode()

    def go_on(self) -> None:
        """Lets the program go on from where it pauses."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def to_the_end(self) -> str:
        """What the program says in the end on stdout; all that it showed is in `shown`."""
        while True:
            try:
                part = os.read(self.controller, 65536)
            except OSError:  # Linux says so when nobody has the other end open
                break
            self.shown += part.decode()
        return self.process.stdout.read()


@contextmanager
def terminal(*arguments: str, columns: int = 80, rows: int = 24, **environment: str) -> Iterator[Terminal]:
    controller, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    with subprocess.Popen(
        [sys.executable, PROGRAM, *arguments],
        env={**clean_environment(), "TERM": "xterm", "PYTHONPATH": str(PROGRAM.parents[1]), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=end,
        text=True,
        # Who logs out ends what he started, unless it was told to stay.
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    ) as process:
        os.close(end)
        yield Terminal(controller, process)


def lasting(shown: str) -> list[str]:
    """The lines that stay: what was drawn anew again and again is left out, with what moves the cursor."""
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
    return [line for line in re.split(r"[\r\n]+", plain) if line in LINES]


def test_on_a_terminal_lines_stay_and_below_them_a_picture_changes():
    with terminal() as watched:
        watched.until("tenant_t50")
        assert re.search(r"rest \(wave 2 of 2\)  .*━.*─.*  50 %  ", watched.shown)
        assert "49 of 100 done, 1 failed" in watched.shown
        watched.go_on()
        watched.until("note: that was all")
        watched.until("99 of 100 done")
        watched.go_on()
        assert watched.to_the_end().splitlines()[-1] == "over 94"
    assert lasting(watched.shown) == LINES
    assert watched.shown.endswith(f"{ESCAPE}[2K"), "nothing of the picture is left behind"
    assert f"{ESCAPE}[?25h" in watched.shown, "the cursor is back"


def test_a_terminal_without_colors_is_not_painted():
    with terminal(NO_COLOR="1") as watched:
        watched.until("━")
        watched.go_on()
        watched.go_on()
        watched.to_the_end()
    assert re.findall(r"\x1b\[[0-9;]*3[0-9]m", watched.shown) == []


def test_a_terminal_without_letters_of_its_own_gets_an_ascii_bar():
    with terminal(PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C", PYTHONCOERCECLOCALE="0") as watched:
        watched.until("####")
        watched.go_on()
        watched.go_on()
        watched.to_the_end()
    assert "━" not in watched.shown


@pytest.mark.parametrize("columns", [1, 10, 39])
def test_a_narrow_terminal_is_cut_and_stops_nothing(columns):
    with terminal(columns=columns, rows=5) as watched:
        watched.go_on()
        watched.go_on()
        assert watched.to_the_end().splitlines()[-1] == "over 94"


def test_a_terminal_that_cannot_draw_gets_lines():
    with terminal(TERM="dumb") as watched:
        watched.until("tenant_t5  failed")
        watched.go_on()
        watched.go_on()
        watched.to_the_end()
    assert ESCAPE not in watched.shown
    assert lasting(watched.shown) == LINES


def test_a_terminal_that_goes_away_stops_nothing():
    with terminal() as watched:
        watched.until("tenant_t50")
        os.close(watched.controller)
        watched.go_on()
        watched.go_on()
        out, _ = watched.process.communicate(timeout=20)
    assert (watched.process.returncode, out.splitlines()[-1]) == (0, "over 94")


@pytest.mark.parametrize(
    ("said", "answer"), [("y\n", "True"), ("n\n", "False"), ("\n", "False")], ids=["yes", "no", "nothing"]
)
def test_a_question_is_asked_where_the_picture_was(said, answer):
    with terminal("--ask") as watched:
        watched.until("go on? [y/N]: ")
        watched.process.stdin.write(said)
        watched.process.stdin.flush()
        assert f"answer {answer}" in watched.to_the_end()


def test_nobody_answers_is_a_no():
    with terminal("--ask") as watched:
        watched.until("go on? [y/N]: ")
        watched.process.stdin.close()
        assert "answer False" in watched.to_the_end()


def test_a_request_to_stop_ends_the_question(monkeypatch, capfd):
    reading, writing = os.pipe()
    with os.fdopen(reading) as stdin, os.fdopen(writing, "w"):
        monkeypatch.setattr(sys, "stdin", stdin)
        looks = iter([False, True])
        assert not Progress(Detail.TARGETS, watched=False).confirm("go on?", lambda: next(looks))
    assert capfd.readouterr().err == "go on? [y/N]: \n"


def test_what_is_no_answer_is_asked_again(monkeypatch, capfd):
    reading, writing = os.pipe()
    os.write(writing, b"perhaps\n")
    with os.fdopen(reading, "rb", buffering=0) as stdin:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stdin, write_through=True))
        asked = iter(range(2))

        def stopping() -> bool:
            if next(asked) == 0:
                os.write(writing, b"yes\n")
            return False

        assert Progress(Detail.TARGETS, watched=False).confirm("go on?", stopping)
        os.close(writing)
    assert capfd.readouterr().err == "go on? [y/N]: " * 2


# --- in a log ---


def test_a_log_gets_the_lines_while_the_run_goes_on():
    heard, first = [], threading.Event()

    def listen(text: str) -> None:
        heard.append(text)
        first.set()

    with Progress(Detail.TARGETS, tell=listen, watched=False) as progress:
        progress.tell(Told("one"))
        assert first.wait(10)
        progress.tell(Told("two"))
    assert heard == ["note: one", "note: two"]


def test_several_runs_at_once_draw_on_no_terminal(monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    heard = []
    with Progress(Detail.TARGETS, tell=heard.append, watched=False) as progress:
        progress.tell(Told("one"))
    assert heard == ["note: one"]


def test_a_log_that_cannot_be_written_for_a_while_gets_what_comes_after():
    heard, failed = [], threading.Event()

    def full_once(text: str) -> None:
        if not failed.is_set():
            failed.set()
            raise OSError(28, "No space left on device")
        heard.append(text)

    with Progress(Detail.TARGETS, tell=full_once, watched=False) as progress:
        progress.tell(Told("one"))
        assert failed.wait(10)
        progress.tell(Told("two"))
    assert heard == ["note: two"]


def test_a_fault_in_the_words_does_not_end_the_run():
    heard = []
    with Progress(Detail.TARGETS, tell=heard.append, watched=False) as progress:
        progress.tell(TargetEnded(0, None))  # type: ignore[arg-type]  # what should not be
        progress.tell(Told("never told"))
    assert heard == ["sqlmig: how the run goes on is not shown any more: AttributeError"]


def test_whoever_listens_is_told_of_each_event_at_once():
    heard = []
    result = StepResult(samples.step(samples.tenant("acme"), 1, "x"), Outcome.DONE, 0.01)
    events = [RunBegan("run-1", 1, 1, (), 1), StepEnded(0, result)]
    with Progress(Detail.TARGETS, tell=lambda _text: None, watched=False) as progress:
        progress.also_tell(heard.append)
        for event in events:
            progress.tell(event)
        assert heard == events
