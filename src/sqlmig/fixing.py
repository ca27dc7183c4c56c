"""`sqlmig lint --fix`: what it would make of the files, worked out first, and written when somebody has said yes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlmig.errors import Refused, UsageError
from sqlmig.lint.fix import TemplateFix, rewritten, template_fix, together
from sqlmig.lint.run import lint
from sqlmig.lint.settings import settings_of
from sqlmig.lint.values import Finding
from sqlmig.project.checksums import normalised
from sqlmig.project.model import Track
from sqlmig.project.samples import Sample, sample_targets
from sqlmig.review import Review, scripts_of

ROUNDS = 5
"""How often the outcome is linted again: of two fixes at one place, the second waits for the next round."""


@dataclass(frozen=True)
class Fixes:
    """The findings of a review that rules have a fix for."""

    certain: Mapping[Finding, TemplateFix]
    refused: Mapping[Finding, str]
    """Why a fix cannot be made in the template."""


@dataclass(frozen=True)
class Fixing:
    """What fixing makes of a project's files; nothing is written yet."""

    before: Mapping[str, bytes] = field(repr=False)
    after: Mapping[str, bytes] = field(repr=False)
    """By path; only files that change."""
    refused: Mapping[Finding, str]
    """What stays as it is although a rule has a fix, and why."""


def template_fixes(review: Review) -> Fixes:
    """What can be fixed, and how.

    A rule's fix counts in the text that it saw, which is another for each sample: where there are several samples, each
    is linted by itself.
    """
    files = review.files
    asked = {_key(finding): finding for finding in review.result.findings if finding.fix is not None}
    homes = {script.path: (track, script) for track in files.tracks for _, script in scripts_of(track)}
    certain: dict[Finding, TemplateFix] = {}
    refused: dict[Finding, str] = {}
    for number in range(_samples(review)):
        if not asked:
            break
        for seen in _findings_of_sample(review, number, asked.values()):
            finding = asked.pop(_key(seen), None)
            if finding is None or seen.fix is None:
                continue
            track, script = homes[seen.script]
            made = template_fix(seen.fix, files, script, _sample(review, track, number))
            if isinstance(made, str):
                refused[finding] = made
            else:
                certain[finding] = made
    return Fixes(certain, refused)


def fixing(review: Review, again: Callable[[Mapping[Path, str]], Review]) -> Fixing:
    """What fixing makes of the files, once and again until nothing is left that can be fixed.

    Args:
        review: of the files as they are.
        again: reviews them with other texts in place of those on disk.

    Raises:
        Refused: a file was changed meanwhile.
    """
    root = review.files.config.root
    before: dict[str, bytes] = {}
    after: dict[str, bytes] = {}
    tried: set[tuple[object, ...]] = set()
    for number in range(ROUNDS + 1):
        fixes = template_fixes(review)
        useless = {finding: _USELESS for finding in fixes.certain if _lasting_key(finding) in tried}
        new = {finding: fix for finding, fix in fixes.certain.items() if finding not in useless}
        if not new or number == ROUNDS:
            break
        made = together(new.values())
        tried |= {_lasting_key(finding) for finding, fix in new.items() if fix in made}
        for path in sorted({fix.path for fix in made}):
            if path not in before:
                before[path] = _read(root, path, review)
            replacements = {one for fix in made if fix.path == path for one in fix.replacements}
            after[path] = rewritten(after.get(path, before[path]), replacements)
        review = again({root / path: normalised(content) for path, content in after.items()})
    return Fixing(before, after, {**fixes.refused, **useless})


def write(root: Path, fixing: Fixing) -> None:
    """Write the files, each at once or not at all.

    Args:
        root: the project's folder.
        fixing: what they become.

    Raises:
        Refused: a file was changed meanwhile; nothing was written.
        UsageError: a file cannot be written.
    """
    for path, content in fixing.before.items():
        if _content(root / path) != content:
            raise _changed_meanwhile(path)
    for number, (path, content) in enumerate(fixing.after.items()):
        try:
            _write_at_once((root / path).resolve(), content)
        except OSError as error:
            raise UsageError(
                f"{path} cannot be written: {error.strerror}",
                state=f"{number} of {len(fixing.after)} files were written before it; it is as it was",
                next="check the file and its rights",
            ) from error


_USELESS = "it was fixed once, and is still found"


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.script, str(finding.place), finding.message


def _lasting_key(finding: Finding) -> tuple[object, ...]:
    """The same finding after lines and columns have moved."""
    return finding.rule, finding.script, finding.statement, finding.message


def _samples(review: Review) -> int:
    return max(len(sample_targets(review.files, track)) for track in review.files.tracks)


def _sample(review: Review, track: Track, number: int) -> Sample:
    """The sample of that number; a shared track has one only."""
    samples = sample_targets(review.files, track)
    return samples[min(number, len(samples) - 1)]


def _findings_of_sample(review: Review, number: int, asked: Iterable[Finding]) -> tuple[Finding, ...]:
    if _samples(review) == 1:
        return review.result.findings
    wanted = replace(review.wanted, paths=frozenset(finding.script for finding in asked))
    settings = settings_of(review.files.config)
    one = lint(review.files, settings, wanted, samples=lambda track: (_sample(review, track, number),))
    return one.result.findings


def _read(root: Path, path: str, review: Review) -> bytes:
    content = _content(root / path)
    read = next(script for track in review.files.tracks for _, script in scripts_of(track) if script.path == path)
    if content is None or normalised(content) != read.text:
        raise _changed_meanwhile(path)
    return content


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


def _changed_meanwhile(path: str) -> Refused:
    return Refused(f"{path} was changed meanwhile", state="nothing was written", next="run it again")


def _write_at_once(file: Path, content: bytes) -> None:
    """Put a file in place of another; a reader sees the old one or the new one, whole."""
    new = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        with new.open("xb") as handle:
            os.fchmod(handle.fileno(), file.stat().st_mode & 0o7777)
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        new.replace(file)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise
