"""The steps of the protocol at which faults are tried, and how each is recognised by the SQL that passes.

This is the only place that knows what the engine's messages look like. Most of it goes by the text of the project's own
files; the rest by four marks: the name that a step gives its session, the tables of the history, COMMIT, and BEGIN.
"""

from __future__ import annotations

import re
import threading
from enum import Enum

from faults.project import HAS_WAVES, IN_THE_FILE, PENDING, SCHEMAS, THE_INDEX, VICTIM


class Moment(Enum):
    """When a fault strikes, seen from one message."""

    BEFORE = "before the message reaches the server"
    DURING = "while the server is busy with it"
    AFTER = "after the server has answered, before the client has heard"


class Step(Enum):
    """A step of the protocol. The values stand in the table of docs/reliability.md."""

    AFTER_CONNECT = "after connect"
    AFTER_LOCK = "after lock"
    AFTER_BEGIN = "after BEGIN"
    IN_FILE = "in the file"
    AFTER_FILE = "after the file"
    BEFORE_COMMIT = "before COMMIT"
    COMMIT_SENT = "COMMIT sent, not answered"
    AFTER_INTENT = "between intent and CONCURRENTLY"
    IN_CONCURRENTLY = "in CONCURRENTLY"
    AFTER_CONCURRENTLY = "after it, before its result row"
    BETWEEN_TARGETS = "between targets"
    BETWEEN_WAVES = "between waves"
    READ_BACK = "in read-back"


NOT_YET = {} if HAS_WAVES else {Step.BETWEEN_WAVES: "this sqlmig has no `apply.waves` yet"}
"""Steps that cannot be tried, and why."""

MOMENTS = {
    Step.AFTER_CONNECT: Moment.BEFORE,
    Step.AFTER_LOCK: Moment.AFTER,
    Step.AFTER_BEGIN: Moment.BEFORE,
    Step.IN_FILE: Moment.DURING,
    Step.AFTER_FILE: Moment.AFTER,
    Step.BEFORE_COMMIT: Moment.BEFORE,
    Step.COMMIT_SENT: Moment.AFTER,
    Step.AFTER_INTENT: Moment.BEFORE,
    Step.IN_CONCURRENTLY: Moment.DURING,
    Step.AFTER_CONCURRENTLY: Moment.AFTER,
    Step.BETWEEN_TARGETS: Moment.BEFORE,
    Step.BETWEEN_WAVES: Moment.AFTER,
    Step.READ_BACK: Moment.BEFORE,
}

STRUCK_UNIT = {
    Step.AFTER_LOCK: "0002_notes",
    Step.AFTER_BEGIN: "0002_notes",
    Step.IN_FILE: "0002_notes",
    Step.AFTER_FILE: "0002_notes",
    Step.BEFORE_COMMIT: "0002_notes",
    Step.COMMIT_SENT: "0002_notes",
    Step.AFTER_INTENT: "0003_owner_index",
    Step.IN_CONCURRENTLY: "0003_owner_index",
    Step.AFTER_CONCURRENTLY: "0003_owner_index",
}
"""The victim's migration that is under way; at other steps none is."""

# The client parses files before it runs any: those messages are marked by the proxy, and not meant here.
_PARSED_ONLY = "PARSE "
_SESSION_NAME = re.compile(rf"'sqlmig ({'|'.join(SCHEMAS)}) ([^']+)'")
_STEP_RECORDED = re.compile(r'INSERT INTO "sqlmig"\.log |"sqlmig"\.record_step\(')
_DEFINES = "CREATE OR REPLACE FUNCTION"
_READS_DIGESTS = re.compile(r'SELECT (?!.*\bINSERT\b).*\bdigest\b.* FROM "sqlmig"\.target', re.DOTALL)
_NEXT_WAVE = re.compile(r'UPDATE "sqlmig"\.run AS r\s+SET wave\b')


class Watch:
    """Sees every message of a run, and says which one is the first of a step."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._seeing = threading.Lock()
        self._found = False
        self._recorded = 0
        self._target: dict[object, str] = {}
        self._in_file: set[object] = set()

    def sees(self, link: object, text: str) -> Moment | None:
        """When the fault is to strike, if this message is the one; called before the message goes on."""
        with self._seeing:
            if self._found or text.startswith(_PARSED_ONLY) or _DEFINES in text:
                return None
            moment = self._moment(link, text)
            self._found = moment is not None
            self._recorded += len(_STEP_RECORDED.findall(text))
            for schema, _label in _SESSION_NAME.findall(text)[-1:]:
                self._target[link] = schema
            return moment

    def _moment(self, link: object, text: str) -> Moment | None:
        usual = MOMENTS[self._step]
        match self._step:
            case Step.AFTER_CONNECT:
                return usual
            case Step.AFTER_LOCK:
                return usual if f"'sqlmig {VICTIM} 0002_notes'" in text else None
            case Step.AFTER_BEGIN | Step.IN_FILE | Step.AFTER_FILE:
                return usual if f"{IN_THE_FILE}{VICTIM}" in text else None
            case Step.BEFORE_COMMIT | Step.COMMIT_SENT:
                return usual if self._commits_the_file(link, text) else None
            case Step.AFTER_INTENT | Step.IN_CONCURRENTLY | Step.AFTER_CONCURRENTLY:
                return usual if text.startswith(f"{THE_INDEX}{VICTIM}") else None
            case Step.BETWEEN_TARGETS:
                return self._next_target(link, text)
            case Step.BETWEEN_WAVES:
                return usual if _NEXT_WAVE.search(text) else None
            case Step.READ_BACK:
                done = self._recorded >= PENDING and "BEGIN" not in text
                return usual if done and _READS_DIGESTS.search(text) else None

    def _commits_the_file(self, link: object, text: str) -> bool:
        if f"{IN_THE_FILE}{VICTIM}" in text:
            self._in_file.add(link)
        return link in self._in_file and _STEP_RECORDED.search(text) is not None

    def _next_target(self, link: object, text: str) -> Moment | None:
        """A prologue of another target than the last; one that rides with a COMMIT strikes when both are done."""
        names = _SESSION_NAME.findall(text)
        if not names or self._target.get(link) in (None, *SCHEMAS[:1], names[-1][0]):
            return None
        return Moment.AFTER if _STEP_RECORDED.search(text) else Moment.BEFORE
