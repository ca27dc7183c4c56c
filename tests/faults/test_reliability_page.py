"""The page that tells what came of the faults: made from results, whole, and never milder than they are."""

from __future__ import annotations

import json
import re
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from faults.steps import Step
from faults.strikes import Fault

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "reliability-table"
PAGE = (ROOT / "docs" / "reliability.md").read_text()

CELL = {
    "kind": "cell",
    "step": Step.IN_FILE.value,
    "fault": Fault.CRASH.value,
    "server": 18,
    "ok": True,
    "first": {"status": 0, "seconds": 0.42},
    "verdict": "exit 0; committed; rerun 0",
}
FAILED = {**CELL, "fault": Fault.KILL.value, "ok": False, "failure": "AssertionError: a | b"}
SCENARIO = {"kind": "scenario", "group": "clocks", "name": "a clock jumps", "ok": True, "verdict": "exit 0"}
CREW = {"kind": "crew", "name": "0, 3", "runs": 2, "killed": 1, "ok": True, "verdict": "killed, exit 0; rerun 0"}


@pytest.fixture(scope="module")
def script() -> ModuleType:
    loader = SourceFileLoader("reliability_table", str(SCRIPT))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_a_cell_stands_in_the_row_of_its_step_and_the_column_of_its_fault(script: ModuleType) -> None:
    head, _, *rows = script.parts([CELL])["matrix"]
    row = next(row for row in rows if row.startswith("| in the file |"))
    column = [name.strip() for name in head.split("|")].index(Fault.CRASH.value)
    assert row.split("|")[column].strip() == "exit 0; committed; rerun 0"


def test_what_failed_and_what_was_not_tried_is_told(script: ModuleType) -> None:
    lines = script.parts([CELL, FAILED])["matrix"]
    row = next(row for row in lines if row.startswith("| in the file |"))
    assert "| **fails**: AssertionError: a \\| b |" in row
    assert "| not tried |" in row
    assert lines[-1] == "1 of 2 cells as promised, on PostgreSQL 18."


def test_scenarios_and_crews_are_told(script: ModuleType) -> None:
    made = script.parts([SCENARIO, CREW])
    assert "| a clock jumps | exit 0 |" in made["scenarios"]
    assert made["crews"] == ["1 crews, 2 processes, 1 of them killed: 1 of 1 crews as promised."]


def test_a_failure_is_written_down_and_makes_the_script_fail(script: ModuleType, tmp_path: Path) -> None:
    results, page = tmp_path / "results", tmp_path / "page.md"
    results.write_text(json.dumps(FAILED) + "\n")
    page.write_text(PAGE)
    assert script.main(results, page) == 1
    assert "**fails**" in page.read_text()
    results.write_text(json.dumps(CELL) + "\n")
    assert script.main(results, page) == 0
    assert "**fails**" not in page.read_text()


@pytest.mark.parametrize("step", Step, ids=lambda step: step.name.lower())
def test_the_page_says_what_a_step_is_and_what_came_of_each_fault_there(step: Step) -> None:
    assert re.search(rf"^\| {re.escape(step.value)} \| [^|]+ \|$", PAGE, re.MULTILINE)
    matrix = PAGE[PAGE.index("<!-- matrix -->") : PAGE.index("<!-- end of matrix -->")]
    row = next(line for line in matrix.splitlines() if line.startswith(f"| {step.value} |"))
    cells = row.strip("|").split(" | ")[1:]
    assert len(cells) == len(Fault)
    assert all(cell.strip() for cell in cells)


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.name.lower())
def test_the_page_says_what_a_fault_is(fault: Fault) -> None:
    assert re.search(rf"^\| {re.escape(fault.value)} \| [^|]+ \|$", PAGE, re.MULTILINE)
