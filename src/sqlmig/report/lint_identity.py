"""What makes a finding the same finding in the next run, although lines were put in above it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from sqlmig.errors import Place, Problem
from sqlmig.lint.values import Finding


def identities(findings: Iterable[Finding]) -> dict[Finding, str]:
    """A hash for each finding: of its rule, its file, the text of its line, and which of several alike it is.

    Neither the line's number nor the wording of the message goes in: both may change while the finding stays.
    """
    findings = list(findings)
    keys = ((one.rule, one.script, one.place.file, _line(one.place)) for one in findings)
    return dict(zip(findings, _hashes(keys), strict=True))


def problem_identities(problems: Iterable[Problem]) -> Iterator[str]:
    """A hash for each problem: of what is wrong, where, the text of its line, and which of several alike it is."""
    return _hashes((one.message, one.place.file if one.place else "", _line(one.place)) for one in problems)


def _line(place: Place | None) -> str:
    """A line's text, without what an editor changes by itself."""
    return " ".join((place.excerpt or "").split()) if place is not None else ""


def _hashes(keys: Iterable[tuple[str, ...]]) -> Iterator[str]:
    seen: Counter[tuple[str, ...]] = Counter()
    for key in keys:
        seen[key] += 1
        text = "\0".join((*key, str(seen[key])))
        yield hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]
