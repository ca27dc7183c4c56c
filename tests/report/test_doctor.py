from __future__ import annotations

from dataclasses import replace

import pytest

from sqlmig.plan.doctor import Check, Diagnosis, Finding, Severity, Unseen
from sqlmig.report.doctor import (
    check_text,
    checks_page,
    checks_text,
    diagnosis_json,
    diagnosis_text,
    differences_text,
    where,
)
from sqlmig.report.doctor_script import fix_script

CHECK = Check("rls-missing", Severity.ERROR, "Row level security is off.", "It leaks.", "SELECT 1", decide="Who.")
TENANTS = tuple(f"tenant_{letter}" for letter in "abcdefgh")


def finding(*schemas: str, fix: str | None = "ALTER TABLE {schema}.deals;", check: str = "rls-missing") -> Finding:
    fixes = {schema: fix.format(schema=schema) if fix is not None else None for schema in schemas}
    return Finding(check, Severity.ERROR, "deals", "row level security is off", fixes)


def diagnosis(*findings: Finding) -> Diagnosis:
    return Diagnosis(findings, checks=(CHECK,), tenants=TENANTS, shared=("core",))


@pytest.mark.parametrize(
    ("schemas", "words"),
    [
        (TENANTS, "in all 8 tenants"),
        (TENANTS[:1], "in tenant_a only"),
        (TENANTS[:2], "in 2 of 8 tenants: tenant_a, tenant_b"),
        (TENANTS[:7], "in 7 of 8 tenants, not in tenant_h"),
        (TENANTS[:5], "in 5 of 8 tenants, not in tenant_f, tenant_g, tenant_h"),
        (TENANTS[:4], "in 4 of 8 tenants: tenant_a, tenant_b, tenant_c and 1 more"),
        (("core",), "in core"),
        (("tenant_a", "core"), "in tenant_a only and in core"),
        (("",), ""),
    ],
    ids=["all", "one", "some", "all but one", "all but three", "half", "shared", "both", "the database"],
)
def test_where_a_finding_is_found(schemas: tuple[str, ...], words: str) -> None:
    assert where(finding(*schemas), diagnosis()) == words


def test_the_only_tenant_that_was_looked_at_is_named() -> None:
    assert where(finding("tenant_a"), replace(diagnosis(), tenants=("tenant_a",))) == "in tenant_a"


def test_findings_stand_below_their_check_and_the_sum_below_all() -> None:
    found = replace(
        diagnosis(finding(*TENANTS), replace(finding("core"), object="subscriptions", fixes={"core": None})),
        accepted=(replace(finding("tenant_a"), check="no-primary-key", accepted="a log"),),
        unseen=(Unseen("fk-without-index", "canceling statement due to lock timeout"),),
    )
    assert diagnosis_text(found) == (
        "error  rls-missing: Row level security is off.\n"
        "  deals: row level security is off, in all 8 tenants\n"
        "  subscriptions: row level security is off, in core\n"
        "\n"
        "accepted by doctor.ignore\n"
        "  no-primary-key: deals: row level security is off, in tenant_a only: a log\n"
        "\n"
        "not looked at\n"
        "  fk-without-index: canceling statement due to lock timeout\n"
        "\n"
        "2 errors; 1 check on 8 tenants and core; --fix-script prints the statements that mend 1 of them\n"
    )


def test_nothing_found_says_what_was_looked_at() -> None:
    assert diagnosis_text(diagnosis()) == "no finding; 1 check on 8 tenants and core\n"


def test_programs_get_the_statement_of_every_schema() -> None:
    document = diagnosis_json(diagnosis(finding("tenant_a", "core")), Severity.WARNING)
    assert document["format"] == "sqlmig.doctor/1"
    assert (document["failed"], document["fail_on"], document["tenants"]) == (True, "warning", 8)
    assert document["findings"] == [
        {
            "check": "rls-missing",
            "severity": "error",
            "object": "deals",
            "detail": "row level security is off",
            "schemas": ["tenant_a", "core"],
            "fixes": [
                {"schema": "tenant_a", "sql": "ALTER TABLE tenant_a.deals;"},
                {"schema": "core", "sql": "ALTER TABLE core.deals;"},
            ],
        }
    ]


def test_a_script_has_a_transaction_for_each_schema_and_what_runs_alone_behind_them() -> None:
    script = fix_script(
        diagnosis(
            finding("tenant_a", "tenant_b"),
            finding("tenant_a", fix="REINDEX INDEX CONCURRENTLY {schema}.deals_idx;", check="invalid-index"),
            finding("", fix="ALTER ROLE app NOBYPASSRLS;", check="bypassrls-role"),
            finding("tenant_c", fix=None),
        )
    )
    assert script.endswith(
        "-- A person has to decide, and no statement is given:\n"
        "-- rls-missing: deals: row level security is off, in tenant_c only\n"
        "--   Who.\n"
        "\n"
        "-- tenant_a\n"
        "BEGIN;\n"
        "SET LOCAL lock_timeout = '3s';\n"
        "-- rls-missing: deals: row level security is off\n"
        "ALTER TABLE tenant_a.deals;\n"
        "COMMIT;\n"
        "\n"
        "-- tenant_b\n"
        "BEGIN;\n"
        "SET LOCAL lock_timeout = '3s';\n"
        "-- rls-missing: deals: row level security is off\n"
        "ALTER TABLE tenant_b.deals;\n"
        "COMMIT;\n"
        "\n"
        "-- the whole database\n"
        "BEGIN;\n"
        "SET LOCAL lock_timeout = '3s';\n"
        "-- bypassrls-role: deals: row level security is off\n"
        "ALTER ROLE app NOBYPASSRLS;\n"
        "COMMIT;\n"
        "\n"
        "-- These run outside of a transaction, one by one.\n"
        "\n"
        "-- invalid-index: deals: row level security is off, in tenant_a\n"
        "REINDEX INDEX CONCURRENTLY tenant_a.deals_idx;\n"
    )
    assert script.startswith("-- sqlmig doctor: 4 statements. Read it, then: psql -v ON_ERROR_STOP=1 -f THIS_FILE\n")


@pytest.mark.parametrize(
    ("fix", "alone"),
    [
        ("DROP INDEX CONCURRENTLY a.b;", True),
        ("CREATE INDEX CONCURRENTLY ON a.b (c);", True),
        ("VACUUM (ANALYZE) pg_catalog.pg_class;", True),
        ('ALTER TABLE a."VACUUM" FORCE ROW LEVEL SECURITY;', False),
        ('ALTER TABLE a."DROP INDEX CONCURRENTLY" FORCE ROW LEVEL SECURITY;', False),
    ],
)
def test_what_cannot_run_in_a_transaction_stands_outside_of_one(fix: str, alone: bool) -> None:
    assert ("BEGIN;" not in fix_script(diagnosis(finding("tenant_a", fix=fix)))) is alone


def test_what_reads_whole_tables_keeps_no_lock_of_another_statement() -> None:
    slow = "-- Reads every row, while others go on.\nALTER TABLE {schema}.deals VALIDATE CONSTRAINT c;"
    script = fix_script(diagnosis(finding("tenant_a"), finding("tenant_a", fix=slow, check="constraint-not-valid")))
    assert script.endswith(
        "ALTER TABLE tenant_a.deals;\n"
        "COMMIT;\n"
        "\n"
        "-- These take as long as reading a table: each is a transaction, so that it keeps no other lock.\n"
        "\n"
        "-- constraint-not-valid: deals: row level security is off, in tenant_a\n"
        "BEGIN;\n"
        "SET LOCAL lock_timeout = '3s';\n"
        "-- Reads every row, while others go on.\n"
        "ALTER TABLE tenant_a.deals VALIDATE CONSTRAINT c;\n"
        "COMMIT;\n"
    )


def test_a_name_with_a_line_end_does_not_end_a_comment() -> None:
    evil = replace(finding("tenant_a", fix=None), object="x\nDROP TABLE tenants;\r\x85--")
    for line in fix_script(diagnosis(evil)).splitlines():
        assert line.startswith(("--", "\\set")) or not line


def test_nothing_to_mend_is_a_script_of_one_comment() -> None:
    assert fix_script(diagnosis()) == "-- sqlmig doctor found nothing to mend.\n"


def test_a_check_is_a_line_and_a_page() -> None:
    assert checks_text([CHECK]) == ("check        severity  finds\nrls-missing  error     Row level security is off.\n")
    assert check_text(CHECK) == (
        "# rls-missing\n\nRow level security is off.\n\n*Error; for every project.*\n\nIt leaks.\n\n"
        "**To decide, where no statement is given:** Who.\n\n```sql\nSELECT 1;\n```\n"
    )
    page = checks_page([CHECK], {"schemas": "the schemas"})
    assert "| [rls-missing](#rls-missing) | error | Row level security is off. |" in page
    assert "| `schemas` | the schemas |" in page


def test_databases_with_different_extensions_are_named() -> None:
    assert differences_text({"vector": {"eu": "0.7", "us": "0.8"}}) == (
        "extension vector is not the same everywhere: 0.7 in eu, 0.8 in us"
    )
