"""The linter: its start, its speed beside squawk's, and what both report of the same files."""

from __future__ import annotations

import importlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.figures import clean_environment, headline, machine
from bench.lint_corpus import write_project
from sqlmig.lint.catalogue import RULES
from sqlmig.lint.context import File
from sqlmig.lint.judge import Judge
from sqlmig.lint.levels import rules_in_force
from sqlmig.lint.reading import read_file
from sqlmig.lint.settings import settings_of
from sqlmig.project.config.load import load_config
from sqlmig.project.directives import FileKind
from sqlmig.project.load import load_files
from sqlmig.project.samples import render_sample, sample_targets
from sqlmig.sql.schema.state import SchemaState
from sqlmig.sql.statements import split

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "lint" / "rules"
PROGRAMS = Path(sys.executable).parent
ROUNDS = 7

SHARED = {
    # squawk's name: ours
    "adding-field-with-default": "add-column-volatile-default",
    "adding-foreign-key-constraint": "fk-not-validated",
    "adding-not-nullable-field": "set-not-null",
    "adding-required-field": "add-column-not-null-no-default",
    "adding-serial-primary-key-field": "add-pk",
    "ban-alter-domain-with-add-constraint": "alter-domain-constraint",
    "ban-concurrent-index-creation-in-transaction": "concurrently-in-tx",
    "ban-create-domain-with-constraint": "domain-with-constraint",
    "ban-drop-column": "drop-column",
    "ban-drop-database": "drop-database",
    "ban-drop-not-null": "drop-not-null",
    "ban-drop-table": "drop-table",
    "ban-truncate-cascade": "cascade",
    "ban-uncommitted-transaction": "uncommitted-tx",
    "changing-column-type": "alter-type-rewrite",
    "constraint-missing-not-valid": "check-not-validated",
    "disallowed-unique-constraint": "add-unique",
    "prefer-bigint-over-int": "prefer-bigint",
    "prefer-identity": "prefer-identity",
    "prefer-text-field": "prefer-text",
    "prefer-timestamp-tz": "prefer-timestamptz",
    "renaming-column": "rename-column",
    "renaming-table": "rename-table",
    "require-concurrent-index-creation": "index-not-concurrent",
    "require-concurrent-index-deletion": "drop-index-not-concurrent",
    "require-lock-timeout": "missing-lock-timeout",
    "transaction-nesting": "tx-control-in-migration",
}


def report() -> Iterator[str]:
    """The lines of the report."""
    if shutil.which("squawk", path=PROGRAMS) is None:
        yield "squawk is not installed: pip install squawk-cli"
        return
    yield from headline(f"the linter beside squawk ({machine()})")
    with tempfile.TemporaryDirectory() as folder:
        yield from _start(Path(folder) / "fifty")
        yield from _corpus(Path(folder) / "corpus")
        yield from _rules(Path(folder) / "corpus")


def _start(folder: Path) -> Iterator[str]:
    write_project(folder, 50)
    last = max((folder / "sql" / "tenant").iterdir())
    sqlglot, sqlmig = [], []
    for _ in range(ROUNDS):
        sqlglot.append(_seconds([sys.executable, "-c", "import sqlglot"], folder))
        sqlmig.append(_seconds([PROGRAMS / "sqlmig", "lint", last], folder))
    ratio = min(sqlmig) / min(sqlglot)
    yield (
        f"  one file of a project of 50, from a cold start  {min(sqlmig) * 1000:5.0f} ms;"
        f" python -c 'import sqlglot' {min(sqlglot) * 1000:.0f} ms: {ratio:.1f} x (least of {ROUNDS})"
    )


def _corpus(folder: Path) -> Iterator[str]:
    write_project(folder, 2000)
    sql = folder / "sql" / "tenant"
    squawk, sqlmig = [], []
    for _ in range(3):
        squawk.append(_seconds([PROGRAMS / "squawk", "--reporter", "json", *sorted(sql.iterdir())], folder))
        sqlmig.append(_seconds([PROGRAMS / "sqlmig", "lint", "--format", "json"], folder))
    yield (
        f"  2,000 files  sqlmig {min(sqlmig):.2f} s ({_tokenizer()} tokenizer), squawk {min(squawk):.2f} s:"
        f" {min(sqlmig) / min(squawk):.1f} x"
    )
    yield f"  the slowest of them in sqlmig  {_slowest(folder) * 1000:.1f} ms"


def _slowest(folder: Path) -> float:
    """The longest that one file takes to be read and judged, in seconds; of each file the median of three runs."""
    config = load_config(folder / "sqlmig.yaml", environ={})
    files, settings = load_files(config), settings_of(config)
    (track,) = files.tracks
    (sample,) = sample_targets(files, track)
    taken: dict[str, list[float]] = {}
    for _ in range(3):
        state = SchemaState(home=sample.schema)
        judge = Judge(settings, rules_in_force(RULES, settings), known=RULES)
        for migration in track.migrations:
            began = time.perf_counter()
            rendered = render_sample(files, migration.up, sample)
            file = File(
                path=migration.up.path,
                kind=FileKind.UP,
                track=track.name,
                scope=track.scope,
                schema=sample.schema,
                version=migration.version,
                label=migration.label,
                directives=migration.up.directives,
                rendered=rendered,
                statements=split(rendered.text),
            )
            context = read_file(file, state, settings)
            judge.file(context)
            taken.setdefault(migration.label, []).append(time.perf_counter() - began)
            state = context.end
    return max(statistics.median(seconds) for seconds in taken.values())


def _tokenizer() -> str:
    core = importlib.import_module("sqlglot.tokenizer_core")
    return "pure Python" if str(core.__file__).endswith(".py") else "compiled"


def _rules(corpus: Path) -> Iterator[str]:
    """For each rule that both have: in how many files each reports it."""
    ours = _files_by_rule([PROGRAMS / "sqlmig", "lint", "--format", "json"], corpus)
    theirs = _files_by_rule([PROGRAMS / "squawk", "--reporter", "json", *(corpus / "sql" / "tenant").iterdir()], corpus)
    bad, good = (_squawk_on(kind) for kind in ("bad", "good"))
    yield "  rules that both have: whether squawk reports our bad and our good file (for sqlmig tests hold that it does"
    yield "  the one and not the other), and in how many of the 2,000 files each reports it"
    yield f"    {'ours':32} {'squawk':46} {'bad':>4} {'good':>5} {'sqlmig':>7} {'squawk':>7}"
    for name, own in sorted(SHARED.items(), key=lambda pair: pair[1]):
        said = ["yes" if (own, name) in found else "-" for found in (bad, good)]
        yield f"    {own:32} {name:46} {said[0]:>4} {said[1]:>5} {ours[own]:>7} {theirs[name]:>7}"


def _squawk_on(kind: str) -> set[tuple[str, str]]:
    """Which of squawk's rules fire on the bad or good file of which of our rules."""
    found = set()
    for own in set(SHARED.values()):
        command = [PROGRAMS / "squawk", "--reporter", "json", CASES / own.replace("-", "_") / f"{kind}.sql"]
        found |= {(own, one["rule_name"]) for one in _said(command, ROOT)}
    return found


def _files_by_rule(command: list[str | Path], folder: Path) -> Counter[str]:
    """In how many files each rule is reported."""
    pairs = set()
    for one in _said(command, folder):
        place = one.get("place") or {}
        pairs.add((one.get("rule") or one["rule_name"], place.get("file") or one.get("file")))
    return Counter(rule for rule, _ in pairs)


def _said(command: list[str | Path], folder: Path) -> list[dict[str, Any]]:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=clean_environment())
    said = json.loads(done.stdout or "[]")
    return said["findings"] if isinstance(said, dict) else said


def _seconds(command: list[str | Path], folder: Path) -> float:
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, capture_output=True, check=False, env=clean_environment())
    return time.perf_counter() - began
