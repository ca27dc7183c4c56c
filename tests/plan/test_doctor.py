from __future__ import annotations

import pytest

from sqlmig.plan.doctor import (
    Accepted,
    Applies,
    Diagnosis,
    Finding,
    Severity,
    Sighting,
    Unseen,
    accepting,
    findings_of,
    version_differences,
    with_findings,
)


def sighting(schema: str, severity: Severity = Severity.ERROR, detail: str = "is off", name: str = "deals") -> Sighting:
    return Sighting("rls-missing", severity, schema, name, detail, f"fix {schema}")


def test_the_same_fault_in_many_schemas_is_one_finding_in_their_order() -> None:
    assert findings_of(map(sighting, ["tenant_b", "tenant_a"])) == (
        Finding(
            "rls-missing", Severity.ERROR, "deals", "is off", {"tenant_b": "fix tenant_b", "tenant_a": "fix tenant_a"}
        ),
    )


@pytest.mark.parametrize(
    "other",
    [sighting("b", Severity.NOTE), sighting("b", detail="is gone"), sighting("b", name="users")],
    ids=["another severity", "another detail", "another object"],
)
def test_what_differs_is_another_finding(other: Sighting) -> None:
    assert len(findings_of([sighting("a"), other])) == 2


def test_the_worst_comes_first_whatever_its_name() -> None:
    found = findings_of([sighting("a", Severity.NOTE), sighting("a", Severity.WARNING), sighting("a")])
    assert [one.severity for one in found] == [Severity.ERROR, Severity.WARNING, Severity.NOTE]
    more = with_findings(Diagnosis(found), [Finding("probe", Severity.ERROR, "users", "was read", {"a": None})])
    assert [(one.check, one.severity.value) for one in more.findings] == [
        ("probe", "error"),
        ("rls-missing", "error"),
        ("rls-missing", "warning"),
        ("rls-missing", "note"),
    ]


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        (Accepted("rls-missing", "deals", "why"), ()),
        (Accepted("rls-missing", "tenant_a.deals", "why"), ("tenant_b",)),
        (Accepted("rls-missing", "tenant_*.d?als", "why"), ()),
        (Accepted("rls-missing", "users", "why"), ("tenant_a", "tenant_b")),
        (Accepted("rls-not-forced", "*", "why"), ("tenant_a", "tenant_b")),
    ],
    ids=["a name", "a name in a schema", "a pattern", "another name", "another check"],
)
def test_what_is_accepted_is_taken_out_schema_by_schema(rule: Accepted, left: tuple[str, ...]) -> None:
    found = accepting(Diagnosis(findings_of(map(sighting, ["tenant_a", "tenant_b"]))), [rule])
    assert tuple(schema for one in found.findings for schema in one.schemas) == left
    assert {one.accepted for one in found.accepted} <= {"why"}
    schemas = {schema for one in (*found.findings, *found.accepted) for schema in one.schemas}
    assert schemas == {"tenant_a", "tenant_b"}
    assert accepting(found, [rule]) == found


@pytest.mark.parametrize(
    ("severity", "threshold", "fails"),
    [
        (Severity.ERROR, Severity.ERROR, True),
        (Severity.WARNING, Severity.ERROR, False),
        (Severity.WARNING, Severity.WARNING, True),
        (Severity.NOTE, Severity.WARNING, False),
        (Severity.NOTE, Severity.NOTE, True),
    ],
)
def test_a_diagnosis_fails_from_a_severity_on(severity: Severity, threshold: Severity, fails: bool) -> None:
    assert Diagnosis(findings_of([sighting("a", severity)])).fails(threshold) is fails


def test_what_was_not_seen_is_no_pass() -> None:
    assert Diagnosis(()).fails(Severity.NOTE) is False
    assert Diagnosis((), unseen=(Unseen("rls-missing", "timeout"),)).fails(Severity.ERROR)


@pytest.mark.parametrize(
    ("applies", "tenancies"),
    [
        (Applies.ALWAYS, {"schema", "shared", "both"}),
        (Applies.ROWS, {"shared", "both"}),
        (Applies.SCHEMAS, {"schema", "both"}),
    ],
)
def test_a_check_is_for_some_tenancies(applies: Applies, tenancies: set[str]) -> None:
    assert {tenancy for tenancy in ("schema", "shared", "both") if applies.to(tenancy)} == tenancies


def test_only_extensions_that_differ_are_told() -> None:
    versions = {"eu": {"vector": "0.7", "citext": "1.6"}, "us": {"vector": "0.8", "citext": "1.6"}, "ap": {}}
    assert version_differences(versions) == {"vector": {"eu": "0.7", "us": "0.8"}}
