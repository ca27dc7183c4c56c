"""What the linter says, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from sqlmig.errors import Place


class Severity(Enum):
    """How bad a finding is, from mild to bad."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for the mildest."""
        return _SEVERITIES.index(self)

    def reaches(self, threshold: str) -> bool:
        """Whether it is at or above a threshold of the configuration: "error", "warning" or "never"."""
        return threshold != "never" and self.rank >= Severity(threshold).rank


_SEVERITIES = list(Severity)


class Pack(Enum):
    """A set of rules that is switched on together."""

    CORE = "core"
    """Always on."""
    STRICT = "strict"
    STYLE = "style"
    TIMESCALE = "timescale"
    """On when its extension, functions or options appear."""
    PGVECTOR = "pgvector"
    """On when its extension, types or index methods appear."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `text[start:end]` of a file."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A rewrite that is certain and stays in one statement. Offsets count in the rendered text."""

    title: str
    """What it does, as an imperative: "add NOT VALID"."""
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """What a rule says of an operation, a file or a track."""

    message: str
    """What happens, to whom: plain sentences, with the user's own names in them."""
    instead: str = ""
    """What to do, one sentence or two, without the SQL."""
    sql: str = ""
    """What to write, ready to paste."""
    at: int | None = None
    """Offset in the rendered text; None: where the operation is, or the head of the file."""
    severity: Severity | None = None
    """None: the rule's own."""
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the linter found, with its place."""

    rule: str
    severity: Severity
    message: str
    instead: str
    sql: str
    place: Place
    migration: str
    """As people write it: `tenant 0007_add_deal_owner`; '' for what belongs to no migration."""
    statement: int | None = None
    """The statement's number within its file, from 1; None for the file as a whole."""
    accepted: str | None = None
    """The reason of the `allow` that accepts it."""
    fix: Fix | None = None
    script: str = ""
    """The path of the file whose text the fix's offsets count in; the place may be in a macro file."""


@dataclass(frozen=True, slots=True)
class LintResult:
    """All that one run of the linter found."""

    findings: tuple[Finding, ...]
    """What is not accepted, by path, line and column."""
    accepted: tuple[Finding, ...] = ()
    files: int = 0
    """Files that were judged."""
    statements: int = 0
    """Statements of those files, those of their DO blocks and functions included."""
    understood: int = 0
    """Of those, how many were read to their end."""
    replayed: int = field(default=0, compare=False)
    """Files that were read for the schema's state only."""

    def at_least(self, threshold: str) -> tuple[Finding, ...]:
        """The findings at or above a threshold of the configuration."""
        return tuple(finding for finding in self.findings if finding.severity.reaches(threshold))
