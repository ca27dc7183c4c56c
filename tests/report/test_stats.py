"""Figures of tenants in words, as JSON and as OpenMetrics."""

from __future__ import annotations

import datetime

import pytest

from sqlmig.plan.tenantstats import Figures, IndexStats, Statement, Statements, Stats, TenantStats
from sqlmig.project.model import Tenant
from sqlmig.report.stats import size, stats_json, stats_openmetrics, stats_text

ACME = Tenant("1", "acme", "tenant_acme")
GLOBEX = Tenant("2", 'glo"bex', "tenant_globex")
STATS = Stats(
    tenants=(
        TenantStats(ACME, Figures(12, 40, 3 * 1024**2, 1024**2, 1500, 20, 7, 9000, 2, 64 * 1024), 2500.0),
        TenantStats(GLOBEX, Figures(12, 40, 512 * 1024, 512 * 1024)),
    ),
    indexes=(
        IndexStats("deals", "deals_text_idx", 2, 2, 0, 0, 49152),
        IndexStats("users", "users_pkey", 2, 0, 0, 12, 32768),
    ),
    statements=(
        Statement(ACME, 77, "SELECT *\n  FROM tenant_acme.deals", 10, 250.0, 2500.0, 100),
        Statement(None, 78, "SELECT $1", 3, 0.5, 1.5, 3),
    ),
    recorded=Statements.RECORDED,
    since=datetime.datetime(2026, 11, 1, 6, 0, tzinfo=datetime.UTC),
)


TENANTS_TABLE = """
tenant tables indexes table size index size share rows dead seq scans index scans unused unused size statements
acme 12 40 3.0 MB 1.0 MB 80.0% 1,500 20 7 9,000 2 64.0 kB 2.5 s
glo"bex 12 40 512.0 kB 512.0 kB 20.0% 0 0 0 0 0 0 B 0 ms
all 24 80 3.5 MB 1.5 MB 100.0% 1,500 20 7 9,000 2 64.0 kB 2.5 s
"""

OTHER_TABLES = """
indexes that nobody read since 2026-11-01 06:00:00 UTC, or that are invalid
index           table  unread in  of tenants  invalid in  scans     size
deals_text_idx  deals          2           2           0      0  48.0 kB

statements by their time
tenant  calls    mean  total  statement
acme       10  250 ms  2.5 s  SELECT * FROM tenant_acme.deals
-           3    0 ms   2 ms  SELECT $1
"""


def aligned(text: str) -> list[str]:
    """The lines, with one space where there are several."""
    return [" ".join(line.split()) for line in text.splitlines()]


def test_everything_stands_in_three_tables():
    head, *table = stats_text(STATS, 20).splitlines()[:5]
    assert head == "2 tenants, 5.0 MB in tables and indexes"
    assert aligned("\n".join(table)) == TENANTS_TABLE.strip().splitlines()
    assert len({len(line) for line in table[1:]}) == 1
    assert aligned(stats_text(STATS, 20))[5:] == aligned(OTHER_TABLES)


def test_top_cuts_each_list_and_totals_count_what_it_leaves_out():
    text = stats_text(STATS, 1)
    assert "2 tenants, 5.0 MB in tables and indexes; the first 1, --top 0 shows all 2\n" in text
    assert 'glo"bex' not in text
    assert "all 24 80 3.5 MB" in aligned(text)[3]
    document = stats_json(STATS, 1)
    assert [one["slug"] for one in document["tenants"]] == ["acme"]
    assert (document["totals"]["tenants"], document["totals"]["total_bytes"]) == (2, 5 * 1024**2)
    assert len(stats_json(STATS, 0)["statements"]) == 2


def test_the_document_has_bytes_and_milliseconds():
    document = stats_json(STATS, 20)
    assert (document["format"], document["since"]) == ("sqlmig.stats/1", "2026-11-01T06:00:00+00:00")
    assert document["tenants"][0] == {
        "id": "1",
        "slug": "acme",
        "schema": "tenant_acme",
        "tables": 12,
        "indexes": 40,
        "table_bytes": 3145728,
        "index_bytes": 1048576,
        "total_bytes": 4194304,
        "live_rows": 1500,
        "dead_rows": 20,
        "sequential_scans": 7,
        "index_scans": 9000,
        "unused_indexes": 2,
        "unused_bytes": 65536,
        "statement_ms": 2500.0,
    }


def test_openmetrics_escapes_labels_and_ends_as_the_format_asks():
    lines = stats_openmetrics(STATS).splitlines()
    assert lines[:4] == [
        "# TYPE sqlmig_tenant_table_bytes gauge",
        "# HELP sqlmig_tenant_table_bytes Size of the tenant's tables, TOAST included.",
        'sqlmig_tenant_table_bytes{tenant="acme",schema="tenant_acme"} 3145728',
        'sqlmig_tenant_table_bytes{tenant="glo\\"bex",schema="tenant_globex"} 524288',
    ]
    assert lines[-1] == "# EOF"


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        (Statements.NOT_INSTALLED, "pg_stat_statements is not installed in this database"),
        (Statements.NOT_LOADED, "pg_stat_statements is not in shared_preload_libraries"),
    ],
)
def test_statements_that_are_not_recorded_are_said_to_be_so(recorded, said):
    text = stats_text(Stats(STATS.tenants, STATS.indexes, (), recorded, None), 20)
    assert text.endswith(f"statements are not recorded: {said}\n")
    assert "indexes that nobody read since the statistics began" in text


def test_no_tenant_and_no_unused_index():
    assert stats_text(Stats((), (), (), Statements.RECORDED, None), 20) == "there is no active tenant\n"
    text = stats_text(Stats(STATS.tenants[:1], STATS.indexes[1:], (), Statements.RECORDED, None), 20)
    assert "every index was read in every tenant since the statistics began" in text
    assert text.endswith("no statement was recorded\n")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 kB"),
        (1048575, "1.0 MB"),
        (5 * 1024**3, "5.0 GB"),
        (2**50, "1,024.0 TB"),
    ],
)
def test_sizes(number, said):
    assert size(number) == said
