"""What a rule may ask of more, or of less, than an operation and its file: a pair, a track, an `allow` comment."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmig.lint.allow import Allow
from sqlmig.lint.context import FileContext
from sqlmig.lint.settings import Settings
from sqlmig.project.model import Scope


@dataclass(frozen=True, eq=False, repr=False)
class PairContext:
    """An up file with its down file."""

    up: FileContext
    down: FileContext | None
    settings: Settings
    irreversible: str | None
    """The reason, when the up file says so."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TrackFile:
    """One file of a track, by name only."""

    path: str
    version: int
    name: str
    edited: bool = False
    """Whether its text at the base of `--since` was another."""
    added: bool = False
    """Whether it was not there at the base."""
    out_of_order: bool = False
    """Whether it says that it may run late."""


@dataclass(frozen=True, eq=False, repr=False)
class TrackContext:
    """All up files of a track."""

    name: str
    scope: Scope
    files: tuple[TrackFile, ...]
    """By version."""
    gaps: tuple[int, ...]
    judged: frozenset[str]
    """The paths whose findings are asked for."""
    settings: Settings
    base: bool = False
    """Whether there is a base to compare with."""


@dataclass(frozen=True, eq=False, repr=False)
class AllowContext:
    """One `allow` comment, when everything is judged."""

    allow: Allow
    known: tuple[str, ...]
    """The names of all rules there are."""
    used: bool
    """Whether it accepted a finding."""
    in_force: bool
    """Whether its rule is on in its file."""
