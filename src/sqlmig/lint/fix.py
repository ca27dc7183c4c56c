"""Fixes: rewrites that a rule is certain of, taken from the rendered text back to the template that people wrote."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import dataclass, replace

from sqlmig.errors import ProjectError
from sqlmig.lint.values import Edit, Fix
from sqlmig.project.checksums import source_checksum
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Script
from sqlmig.project.positions import Segment
from sqlmig.project.samples import Sample, render_sample
from sqlmig.project.templates import Rendered


@dataclass(frozen=True, slots=True)
class Position:
    """A place between two characters of a template as it was read; line and column count from 1."""

    offset: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Replacement:
    """Put `text` in place of what stands from `start` to `end`."""

    start: Position
    end: Position
    text: str

    def meets(self, other: Replacement) -> bool:
        """Whether the two cannot both be made: they overlap, or put something at the same place."""
        first, second = sorted((self, other), key=lambda one: (one.start.offset, one.end.offset))
        return second.start.offset < first.end.offset or second.start.offset == first.start.offset


@dataclass(frozen=True, slots=True)
class TemplateFix:
    """A fix as it is made in a file."""

    title: str
    path: str
    replacements: tuple[Replacement, ...]


def template_fix(fix: Fix, files: ProjectFiles, script: Script, sample: Sample) -> TemplateFix | str:
    """A fix as it is made in the script's template; or why it cannot be made there.

    Only literal text of the script itself is rewritten, and only where the template writes it once: an expression has
    another value for another tenant, and a macro other callers.

    Args:
        fix: counts in the text that the script gives for the sample.
        files: the project.
        script: what is fixed.
        sample: what it was rendered for.
    """
    rendered = render_sample(files, script, sample)
    found = [_replacement(edit, rendered) for edit in fix.edits]
    if refused := [one for one in found if isinstance(one, str)]:
        return refused[0]
    replacements = tuple(one for one in found if isinstance(one, Replacement))
    # A tag such as {%- takes white space away: what comes out in the end is looked at, not taken for granted.
    text = _spliced(script.text, ((one.start.offset, one.end.offset, one.text) for one in replacements))
    wanted = _spliced(rendered.text, ((edit.start, edit.end, edit.text) for edit in fix.edits))
    if _given(files, replace(script, text=text, checksum=source_checksum(text, script.macros)), sample) != wanted:
        return "the template would give something else"
    return TemplateFix(fix.title, script.path, replacements)


def together(fixes: Iterable[TemplateFix]) -> tuple[TemplateFix, ...]:
    """The fixes that can be made at once: of those that meet, the first; what two of them share is no obstacle."""
    made: list[TemplateFix] = []
    taken: dict[str, set[Replacement]] = {}
    for fix in fixes:
        there = taken.setdefault(fix.path, set())
        new = set(fix.replacements) - there
        if not any(one.meets(other) for one in new for other in there):
            made.append(fix)
            there |= new
    return tuple(made)


def rewritten(content: bytes, replacements: Set[Replacement]) -> bytes:
    """A file with replacements made in it; its byte order mark and its line ends stay, new lines end like the first.

    The replacements count in the text as it is read: without the mark, and every line end one character.
    """
    raw = content.removeprefix(BOM_UTF8).decode("utf-8")
    wide = [match.start() - index for index, match in enumerate(re.finditer(r"\r\n", raw))]
    line_end = found[0] if (found := re.search(r"\r\n|\r|\n", raw)) else "\n"

    def place(position: Position) -> int:
        return position.offset + bisect_left(wide, position.offset)

    changes = [(place(one.start), place(one.end), one.text.replace("\n", line_end)) for one in replacements]
    mark = BOM_UTF8 if content.startswith(BOM_UTF8) else b""
    return mark + _spliced(raw, changes).encode("utf-8")


def _spliced(text: str, changes: Iterable[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end, new in sorted(changes, key=lambda change: change[:2]):
        pieces += [text[at:start], new]
        at = end
    return "".join([*pieces, text[at:]])


def _given(files: ProjectFiles, script: Script, sample: Sample) -> str | None:
    try:
        return render_sample(files, script, sample).text
    except ProjectError:
        return None


def _replacement(edit: Edit, rendered: Rendered) -> Replacement | str:
    if edit.start == edit.end == 0:
        # What stands before everything else, such as a directive, stands before the template's own tags too.
        return Replacement(Position(0, 1, 1), Position(0, 1, 1), edit.text)
    source = rendered.script.text
    start = _offset(edit, rendered)
    if isinstance(start, str):
        return start
    end = start + edit.end - edit.start
    if source[start:end] != rendered.text[edit.start : edit.end]:
        return _UNKNOWN
    return Replacement(_position(source, start), _position(source, end), edit.text)


_UNKNOWN = "it cannot be told which part of the template gave this"
_EXPRESSION = "an expression of the template gave this"
_REPEATED = "the template writes this more than once"


def _offset(edit: Edit, rendered: Rendered) -> int | str:
    """Where an edit begins in the template; or why that is nowhere, or not a place to write."""
    segments = rendered.segments
    last = bisect_right(segments, edit.start, key=lambda segment: segment.start) - 1
    if last < 0:
        return _UNKNOWN
    index = _chosen(segments, last, edit)
    segment = segments[index]
    limit = segments[index + 1].start if index + 1 < len(segments) else len(rendered.text)
    if segment.file != rendered.script.path:
        return f"{segment.file} gave this, which other migrations may import too"
    if not segment.literal or edit.end > limit:
        return _EXPRESSION
    if Counter((one.file, one.origin) for one in segments)[segment.file, segment.origin] > 1:
        return _REPEATED
    return segment.origin + edit.start - segment.start


def _chosen(segments: tuple[Segment, ...], last: int, edit: Edit) -> int:
    """The segment that an edit belongs to; one that only puts something in may stand at the end of the one before."""
    inserts = edit.start == edit.end == segments[last].start
    return last - 1 if inserts and not segments[last].literal and last > 0 else last


def _position(source: str, offset: int) -> Position:
    line_start = source.rfind("\n", 0, offset) + 1
    return Position(offset, source.count("\n", 0, offset) + 1, offset - line_start + 1)
