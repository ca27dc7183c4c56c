"""What cutting SQL into tokens costs, and which part of it is sqlglot's."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from bench.figures import clean_environment, headline
from sqlmig.sql import tokens
from sqlmig.sql.canonical import canonical
from sqlmig.sql.statements import split

EXAMPLE = Path(__file__).resolve().parents[1] / "sql"
SIZE = 1_000_000
"""Characters of SQL that are cut: the example project's up files, over and over."""
ROUNDS = 5


def report(size: int = SIZE, rounds: int = ROUNDS) -> Iterator[str]:
    """Import, tokens, statements and the text of checksums, for so many characters."""
    text = sample(size)
    quoted, comments = tokens._quoted(text)
    blanked = tokens._blanked(text, (*quoted, *comments))
    work: dict[str, Callable[[], object]] = {
        "all of tokenize": lambda: tokens.tokenize(text),
        "  our scan: quotes, comments, numbers": lambda: tokens._quoted(text),
        "  sqlglot's tokenizer: words, punctuation": lambda: tokens._Tokenizer(dialect="postgres").tokenize(blanked),
        "split into statements, tokens included": lambda: split(text),
        "text of a checksum, tokens included": lambda: canonical(text),
    }
    yield from headline(f"{len(text):,} characters of SQL into {len(tokens.tokenize(text).tokens):,} tokens, median")
    for label, call in work.items():
        yield f"  {label:<46} {_median(call, rounds) * 1000:>7,.0f} ms"
    yield f"  {'import of sqlglot, as far as it is used':<46} {_import_milliseconds('sqlglot'):>7,.0f} ms"


def sample(size: int) -> str:
    """At least `size` characters of the example project's migrations, as they look when they are rendered."""
    files = [file.read_text() for file in sorted(EXAMPLE.glob("*/*.up.sql")) if "{" not in file.read_text()]
    once = "\n".join(files)
    return once * (size // len(once) + 1)


def _median(call: Callable[[], object], rounds: int) -> float:
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return median(seconds)


def _import_milliseconds(package: str) -> float:
    """What `-X importtime` says of a package when the tokens' module is imported."""
    command = [sys.executable, "-X", "importtime", "-c", "import sqlmig.sql.tokens"]
    answers = [
        subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=True).stderr
        for _ in range(5)
    ]
    return median(_self_times(answer, package) for answer in answers)


def _self_times(answer: str, package: str) -> float:
    rows = [line.removeprefix("import time:").split("|") for line in answer.splitlines()[1:]]
    return sum(int(own) for own, _, name in rows if name.strip().split(".")[0] == package) / 1000
