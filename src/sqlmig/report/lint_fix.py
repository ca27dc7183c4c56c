"""What `lint --fix` would change, and what it leaves alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import unified_diff

from sqlmig.lint.values import Finding
from sqlmig.report.table import PLAIN, Style, Tone

_TONES = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.HEAD}


def diff_text(path: str, before: str, after: str, *, style: Style = PLAIN) -> str:
    """The change of one file, as a unified diff that `git apply` and `patch` take."""
    return "".join(f"{line}\n" for line in _diff(path, before, after, style))


def left_text(finding: Finding, reason: str) -> str:
    """Why a finding stays although its rule has a fix."""
    return f"not fixed: {finding.place}: {finding.rule}: {reason}"


def _diff(path: str, before: str, after: str, style: Style) -> Iterator[str]:
    for line in unified_diff(_lines(before), _lines(after), f"a/{path}", f"b/{path}"):
        yield style.paint(line.removesuffix("\n"), _TONES.get(line[0], Tone.PLAIN))
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _lines(text: str) -> list[str]:
    """The lines with their ends; a form feed ends none."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)
