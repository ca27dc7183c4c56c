"""Storage, index use and slow statements per tenant, in words and as figures for programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlmig.plan.tenantstats import Figures, Statements, Stats, TenantStats
from sqlmig.report.table import PLAIN, Cell, Row, Style, table
from sqlmig.report.words import counted, duration, moment, moment_json

T = TypeVar("T")


def stats_text(stats: Stats, top: int, style: Style = PLAIN) -> str:
    """Three tables: tenants, indexes that are not read, statements.

    Args:
        stats: the figures.
        top: how many lines each has at most; 0 for all.
        style: how tables are drawn.
    """
    if not stats.tenants:
        return "there is no active tenant\n"
    since = f"since {moment(stats.since)} UTC" if stats.since is not None else "since the statistics began"
    parts = [_tenants(stats, top, style), _indexes(stats, top, style, since), _statements(stats, top, style)]
    return "\n\n".join(parts) + "\n"


def stats_json(stats: Stats, top: int) -> dict[str, object]:
    """Bytes, counts and milliseconds for programs; `totals` counts what `top` leaves out too."""
    return {
        "format": "sqlmig.stats/1",
        "since": moment_json(stats.since),
        "statements_recorded": stats.recorded.value,
        "totals": {"tenants": len(stats.tenants), **_figures(stats.total)},
        "tenants": [
            {
                "id": one.tenant.id,
                "slug": one.tenant.slug,
                "schema": one.tenant.schema,
                **_figures(one.figures),
                "statement_ms": round(one.statement_ms, 3),
            }
            for one in _first(stats.tenants, top)
        ],
        "indexes": [
            {
                "table": one.table,
                "index": one.name,
                "tenants": one.tenants,
                "unused_in": one.unused,
                "invalid_in": one.invalid,
                "scans": one.scans,
                "bytes": one.bytes,
            }
            for one in _first(stats.indexes, top)
        ],
        "statements": [
            {
                "tenant": one.tenant.slug if one.tenant is not None else None,
                "schema": one.tenant.schema if one.tenant is not None else None,
                "query_id": one.query_id,
                "query": one.text,
                "calls": one.calls,
                "mean_ms": round(one.mean_ms, 3),
                "total_ms": round(one.total_ms, 3),
                "rows": one.rows,
            }
            for one in _first(stats.statements, top)
        ],
    }


_GAUGES: Sequence[tuple[str, str, Callable[[TenantStats], float]]] = (
    ("table_bytes", "Size of the tenant's tables, TOAST included.", lambda one: one.figures.table_bytes),
    ("index_bytes", "Size of the tenant's indexes.", lambda one: one.figures.index_bytes),
    ("live_rows", "Rows, as the server estimates.", lambda one: one.figures.live_rows),
    ("dead_rows", "Rows that wait for VACUUM.", lambda one: one.figures.dead_rows),
    ("unused_index_bytes", "Size of indexes that nobody has read.", lambda one: one.figures.unused_bytes),
)


def stats_openmetrics(stats: Stats) -> str:
    """Every tenant as OpenMetrics text, for a file that a node exporter reads."""
    lines = []
    for name, said, value in _GAUGES:
        lines += [f"# TYPE sqlmig_tenant_{name} gauge", f"# HELP sqlmig_tenant_{name} {said}"]
        lines += [
            f'sqlmig_tenant_{name}{{tenant="{_label(one.tenant.slug)}",schema="{_label(one.tenant.schema)}"}}'
            f" {value(one)}"
            for one in stats.tenants
        ]
    return "\n".join([*lines, "# EOF"]) + "\n"


def size(number: int) -> str:
    """`512 B`, `8.0 kB`, `1.4 GB`; a kB has 1,024 bytes, as PostgreSQL counts."""
    value, units = float(number), ["B", "kB", "MB", "GB", "TB"]
    while value >= 1023.95 and len(units) > 1:
        value, units = value / 1024, units[1:]
    return f"{number} B" if units[0] == "B" else f"{value:,.1f} {units[0]}"


def _tenants(stats: Stats, top: int, style: Style) -> str:
    total = stats.total
    head = f"{counted(len(stats.tenants), 'tenant')}, {size(total.total_bytes)} in tables and indexes"
    shown = _first(stats.tenants, top)
    rows: list[Row] = [[one.tenant.slug, *_cells(one.figures, total), _time(stats, one.statement_ms)] for one in shown]
    if len(stats.tenants) > 1:
        spent = sum(one.statement_ms for one in stats.tenants)
        rows.append(["all", *_cells(total, total), _time(stats, spent)])
    columns = ["tenant", "tables", "indexes", "table size", "index size", "share", "rows", "dead", "seq scans"]
    columns += ["index scans", "unused", "unused size", "statements"]
    return f"{head}{_left_out(len(stats.tenants), top)}\n{table(columns, rows, style)}"


def _cells(one: Figures, total: Figures) -> list[Cell]:
    share = one.total_bytes / total.total_bytes if total.total_bytes else 0.0
    texts = [
        f"{one.tables:,}",
        f"{one.indexes:,}",
        size(one.table_bytes),
        size(one.index_bytes),
        f"{share:.1%}",
        f"{one.live_rows:,}",
        f"{one.dead_rows:,}",
        f"{one.sequential_scans:,}",
        f"{one.index_scans:,}",
        f"{one.unused_indexes:,}",
        size(one.unused_bytes),
    ]
    return [_right(text) for text in texts]


def _indexes(stats: Stats, top: int, style: Style, since: str) -> str:
    unused = [one for one in stats.indexes if one.unused or one.invalid]
    if not unused:
        return f"every index was read in every tenant {since}"
    rows: list[Row] = []
    for one in _first(unused, top):
        counts = [_right(f"{number:,}") for number in (one.unused, one.tenants, one.invalid, one.scans)]
        rows.append([one.name, one.table, *counts, _right(size(one.bytes))])
    columns = ["index", "table", "unread in", "of tenants", "invalid in", "scans", "size"]
    said = f"indexes that nobody read {since}, or that are invalid"
    return f"{said}{_left_out(len(unused), top)}\n{table(columns, rows, style)}"


_NOT_RECORDED = {
    Statements.NOT_INSTALLED: "statements are not recorded: pg_stat_statements is not installed in this database",
    Statements.NOT_LOADED: "statements are not recorded: pg_stat_statements is not in shared_preload_libraries",
}


def _statements(stats: Stats, top: int, style: Style) -> str:
    if stats.recorded is not Statements.RECORDED:
        return _NOT_RECORDED[stats.recorded]
    if not stats.statements:
        return "no statement was recorded"
    rows: list[Row] = [
        [
            one.tenant.slug if one.tenant is not None else "-",
            *(_right(text) for text in (f"{one.calls:,}", duration(one.mean_ms / 1000), duration(one.total_ms / 1000))),
            " ".join(one.text.split())[:200],
        ]
        for one in _first(stats.statements, top)
    ]
    head = f"statements by their time{_left_out(len(stats.statements), top)}"
    return f"{head}\n{table(['tenant', 'calls', 'mean', 'total', 'statement'], rows, style)}"


def _time(stats: Stats, milliseconds: float) -> Cell:
    return _right(duration(milliseconds / 1000) if stats.recorded is Statements.RECORDED else "-")


def _right(text: str) -> Cell:
    return Cell(text, right=True)


def _first(listed: Sequence[T], top: int) -> Sequence[T]:
    return listed[:top] if top else listed


def _left_out(number: int, top: int) -> str:
    return f"; the first {top:,}, --top 0 shows all {number:,}" if top and number > top else ""


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _figures(one: Figures) -> dict[str, object]:
    return {
        "tables": one.tables,
        "indexes": one.indexes,
        "table_bytes": one.table_bytes,
        "index_bytes": one.index_bytes,
        "total_bytes": one.total_bytes,
        "live_rows": one.live_rows,
        "dead_rows": one.dead_rows,
        "sequential_scans": one.sequential_scans,
        "index_scans": one.index_scans,
        "unused_indexes": one.unused_indexes,
        "unused_bytes": one.unused_bytes,
    }
