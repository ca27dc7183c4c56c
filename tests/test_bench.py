"""The benchmarks run, on small numbers, so that they do not rot; what they print is for people."""

from __future__ import annotations

import importlib
import re
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from sqlmig.project.config.load import load_config
from sqlmig.review import review

ROOT = Path(__file__).parents[1]


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    yield lambda part: importlib.import_module(f"bench.{part}")
    for name in [name for name in sys.modules if name.partition(".")[0] == "bench"]:
        del sys.modules[name]


def test_the_comparison_with_psql_counts_round_trips(bench):
    lines = list(bench("against_psql").report(migrations=12, rounds=1))
    trips = [float(line.split()[-1]) for line in lines[-5:]]
    # How many messages the proxy takes for one trip is partly chance, on a busy machine more so: a migration of sqlmig
    # is one, and psql's are one for each statement.
    assert len(trips) == 5
    assert min(trips) > 0.5
    assert max(trips) > 3


def test_a_fleet_that_is_up_to_date_is_planned(bench):
    lines = list(bench("planning").report(tenants=30, migrations=3))
    assert [line.split()[0] for line in lines[-4:]] == ["plan", "status", "check", "apply"]


@pytest.mark.parametrize(("part", "arguments"), [("cold_start", {"rounds": 1}), ("tokens", {"size": 100, "rounds": 1})])
def test_the_other_benchmarks_run(bench, part, arguments):
    assert any(" ms" in line for line in bench(part).report(**arguments))


def test_a_block_of_a_tenant_has_as_many_round_trips_as_any_transaction(bench):
    lines = list(bench("tenancy").report(tenants=3, rounds=5))
    assert lines[-1].split() == ["round", "trips", "3.0", "3.0", "1.0"]


@pytest.mark.slow
def test_the_parts_of_the_fleet_benchmark_run(bench, tmp_path):
    # What part 7 compares with is fetched from the network; all the others need nothing but a server.
    lines = list(bench("fleet").report("123456", tenants=12, rounds=1, folder=tmp_path))
    headings = [before for before, line in pairwise(lines) if line and not line.strip("-")]
    assert [heading[0] for heading in headings] == ["1", "2", "3", "4", "5", "6"]
    trips = [float(found) for line in lines for found in re.findall(r"([\d.]+) round trips", line)]
    assert len(trips) == 2
    # Connecting, planning and reading back are in it, shared by twelve tenants only.
    assert all(1 < count < 10 for count in trips)


def test_the_linter_s_corpus_is_a_project_that_is_understood_whole(bench, tmp_path):
    bench("lint_corpus").write_project(tmp_path, 60)
    result = review(load_config(tmp_path / "sqlmig.yaml", environ={})).result
    assert result.files == 60
    assert result.understood == result.statements
    assert {"index-not-concurrent", "check-not-validated"} <= {finding.rule for finding in result.findings}
