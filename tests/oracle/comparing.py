"""Many files compared, and what came out in numbers and examples."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from oracle.judging import CutElsewhere, Outcome, Verdict, verdicts
from oracle.trees import REFUSALS, parsed
from sqlmig.sql.statements import split
from sqlmig.sql.tokens import SqlTextError

_BOM = "\ufeff"


@dataclass
class Comparison:
    """What was counted over some files."""

    files: int = 0
    whole: int = 0
    """Files that libpg_query takes as a whole."""
    cut_elsewhere: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    refused_statements: int = 0
    """Statements that libpg_query refuses even alone."""
    statements: Counter[Outcome] = field(default_factory=Counter)
    ddl: Counter[Outcome] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Statements, by the outcome and what differs."""

    @property
    def differs(self) -> bool:
        """Whether anything is cut elsewhere, crashes, or is silently wrong."""
        return bool(self.cut_elsewhere or self.crashes or self.statements[Outcome.DIFFERENT])


def compare(paths: Iterable[Path]) -> Comparison:
    """Compare all files, and all *.sql files of the folders."""
    comparison = Comparison()
    for path in paths:
        for file in sorted(path.rglob("*.sql")) if path.is_dir() else [path]:
            _compare_file(file, comparison)
    return comparison


def _compare_file(path: Path, comparison: Comparison) -> None:
    text = path.read_bytes().decode(errors="replace").replace("\0", "")
    if text.startswith(_BOM):
        text = " " + text[1:]
    comparison.files += 1
    try:
        parsed(text)
    except REFUSALS:
        _compare_statements(path, text, comparison)
    else:
        comparison.whole += 1
        _compare_text(path, text, comparison)
    parsed.cache_clear()


def _compare_text(path: Path, text: str, comparison: Comparison) -> None:
    try:
        for verdict in verdicts(text):
            _count(verdict, comparison)
    except (CutElsewhere, SqlTextError) as error:
        comparison.cut_elsewhere.append(f"{path}: {error}")
    except Exception as error:  # noqa: BLE001  (a crash is what this looks for)
        comparison.crashes.append(f"{path}: {error!r}")


def _compare_statements(path: Path, text: str, comparison: Comparison) -> None:
    try:
        statements = split(text)
    except SqlTextError:
        return
    for statement in statements:
        try:
            parsed(statement.text)
        except REFUSALS:
            comparison.refused_statements += 1
        else:
            _compare_text(path, statement.text, comparison)


def _count(verdict: Verdict, comparison: Comparison) -> None:
    comparison.statements[verdict.outcome] += 1
    comparison.ddl[verdict.outcome] += verdict.ddl
    if verdict.outcome is not Outcome.EQUAL:
        details = verdict.details or ("",)
        # What differs from case to case stands in quotes: the group is what is left.
        group = re.sub(r"'[^']*'|\"[^\"]*\"|\d+", "_", details[0])[:70]
        comparison.examples[f"{verdict.outcome.value} {verdict.node} {group}"].append(
            f"{' '.join(verdict.text.split())[:400]}\n      {details[0][:600]}"
        )


def report(comparison: Comparison, examples: int) -> Iterator[str]:
    """The numbers, then examples of each kind of difference, the most frequent first."""
    yield f"{comparison.files} files, {comparison.whole} of them taken by libpg_query as a whole"
    yield f"cut elsewhere: {len(comparison.cut_elsewhere)}; crashes: {len(comparison.crashes)}"
    yield from (f"  {line}" for line in (*comparison.cut_elsewhere, *comparison.crashes))
    for name, counted in (("statements", comparison.statements), ("DDL statements", comparison.ddl)):
        shares = ", ".join(f"{outcome.value} {counted[outcome]}" for outcome in Outcome)
        yield f"{name}: {counted.total()}; {shares}"
    yield f"statements that libpg_query refuses alone: {comparison.refused_statements}"
    for group, texts in sorted(comparison.examples.items(), key=lambda item: -len(item[1])):
        yield f"{len(texts)} x {group}"
        yield from (f"    {text}" for text in sorted(texts, key=len)[:examples])
