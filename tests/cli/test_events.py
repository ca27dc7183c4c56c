"""`--events FILE`: what stands in the file, and that nothing about the file can stop a run."""

from __future__ import annotations

import json
import os
import threading

import pytest

import samples
from sqlmig.cli import events
from sqlmig.cli.events import EventLog
from sqlmig.errors import UsageError
from sqlmig.plan.events import RunBegan, RunEnded, Told


def read(path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_each_event_is_a_line_and_knows_the_run_once_it_has_begun(tmp_path):
    path = tmp_path / "events.ndjson"
    with EventLog(str(path)) as log:
        log.tell(Told("höher"))
        log.tell(RunBegan("run-1", 1, 1, (), 1))
        log.tell(RunEnded(samples.run()))
    lines = read(path)
    assert [line["event"] for line in lines] == ["log-opened", "note", "run-began", "run-ended"]
    assert lines[0]["format"] == "sqlmig.events/1"
    assert [line["run_id"] for line in lines[1:]] == [None, "run-1", "run-1"]
    assert "höher" in path.read_text(encoding="utf-8")


def test_a_file_is_added_to(tmp_path):
    path = tmp_path / "events.ndjson"
    path.write_text('{"event":"older"}\n')
    for _ in range(2):
        with EventLog(str(path)):
            pass
    assert [line["event"] for line in read(path)] == ["older", "log-opened", "log-opened"]


def test_events_are_there_while_the_run_goes_on(tmp_path):
    reader, writer = os.pipe()
    with os.fdopen(reader) as lines, EventLog(f"/dev/fd/{writer}") as log:
        assert json.loads(lines.readline())["event"] == "log-opened"
        log.tell(Told("now"))
        assert json.loads(lines.readline())["message"] == "now"
        log.tell(Told("again"))
        assert json.loads(lines.readline())["message"] == "again"
    os.close(writer)


def test_a_file_that_cannot_be_opened_is_told_before_anything_begins(tmp_path):
    with pytest.raises(UsageError) as caught, EventLog(str(tmp_path)):
        pytest.fail("it was opened")
    assert str(caught.value) == (
        f"--events {tmp_path} cannot be opened: Is a directory\n"
        "  state: nothing was changed\n"
        "  next: name a file that can be written, or a pipe that is open, such as /dev/fd/3"
    )


def test_a_full_disk_ends_the_log_with_one_warning_and_not_the_run(capsys):
    with EventLog("/dev/full") as log:
        for _ in range(1_000):
            log.tell(Told("x"))
    assert capsys.readouterr().err == (
        "sqlmig: warning: --events /dev/full cannot be written: No space left on device; no more events are written\n"
    )


def test_a_reader_that_leaves_ends_the_log_with_one_warning(capsys):
    reader, writer = os.pipe()
    path = f"/dev/fd/{writer}"
    with EventLog(path) as log:
        assert os.read(reader, 10) == b'{"event":"'
        os.close(reader)
        log.tell(Told("x"))
    os.close(writer)
    assert capsys.readouterr().err == (
        f"sqlmig: warning: --events {path} cannot be written: Broken pipe; no more events are written\n"
    )


def test_what_comes_after_an_error_is_not_kept_in_memory(capsys):
    with EventLog("/dev/full") as log:
        log._thread.join(10)
        log.tell(Told("x"))
        assert not log._entries


def test_a_pipe_that_nobody_reads_keeps_no_run_waiting(capsys, monkeypatch):
    monkeypatch.setattr(events, "_PATIENCE", 0.1)
    reader, writer = os.pipe()
    path = f"/dev/fd/{writer}"
    with EventLog(path) as log:
        for _ in range(1_000):
            log.tell(Told("x" * 1_000))
    assert capsys.readouterr().err == f"sqlmig: warning: nobody reads {path}: the last events were not written\n"
    drain = threading.Thread(target=lambda: [None for _ in iter(lambda: os.read(reader, 65536), b"")], daemon=True)
    drain.start()
    log._thread.join(10)
    assert not log._thread.is_alive(), "it ends once somebody reads"
    os.close(writer)
    drain.join(10)
    os.close(reader)


def test_an_event_that_cannot_be_written_as_json_ends_the_log_and_not_the_run(tmp_path, capsys):
    path = tmp_path / "events.ndjson"
    with EventLog(str(path)) as log:
        log.tell(RunEnded(None))  # type: ignore[arg-type]  # what should not be
        log.tell(Told("x"))
    assert [line["event"] for line in read(path)] == ["log-opened"]
    assert capsys.readouterr().err == f"sqlmig: warning: --events {path}: no more events are written: AttributeError\n"
