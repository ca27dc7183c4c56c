from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import pytest

from sqlmig.catalog.checks import catalogue

ROOT = Path(__file__).parents[2]


def test_the_benchmark_times_every_check_on_sound_schemas_and_on_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    try:
        part = importlib.import_module("bench.doctor")
        ground = importlib.import_module("bench.fleet_ground")
        with ground.ground(tmp_path) as found:
            lines = list(part.report(found, tenants=3))
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "bench"]:
            del sys.modules[name]
    sums = [line for line in lines if "findings" in line]
    assert [re.findall(r"(\d+) findings", line) for line in sums] == [["0"], ["1"]]
    for check in catalogue():
        assert sum(line.split()[:1] == [check.id] for line in lines) == 2
