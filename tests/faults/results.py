"""What the tests of faults came to, one JSON object a line, for the table of docs/reliability.md."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

FILE = "SQLMIG_FAULTS_RESULTS"
"""Names, in the environment, the file that the results are added to; without it nobody wants them."""

Result = dict[str, object]


@contextlib.contextmanager
def result(kind: str, **names: str | int) -> Iterator[Result]:
    """A result to be filled in; written at the end of the block, whether the test failed in it or not."""
    made: Result = {"kind": kind, **names, "ok": False}
    try:
        yield made
        made["ok"] = True
    except pytest.skip.Exception:
        made.clear()
        raise
    except BaseException as error:
        made["failure"] = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise
    finally:
        file = os.environ.get(FILE)
        if file and made:
            # One write of one line: tests run side by side.
            with Path(file).open("a", encoding="utf-8") as results:
                results.write(json.dumps(made) + "\n")
