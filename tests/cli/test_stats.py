"""`sqlmig stats` as people call it."""

from __future__ import annotations


def test_the_figures_of_every_tenant_stand_in_a_table(tenants):
    answer = tenants("stats")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("2 tenants, ")
    assert [line.split()[0] for line in answer.out.splitlines()[2:5]] == ["acme", "globex", "all"]


def test_the_document_counts_all_and_lists_the_first(tenants):
    document = tenants("stats", "--format", "json", "--top", "1", "--sort", "rows").json
    assert document["format"] == "sqlmig.stats/1"
    assert document["totals"]["tenants"] == 2
    assert len(document["tenants"]) == 1


def test_openmetrics_names_every_tenant_whatever_top_says(tenants):
    answer = tenants("stats", "--format", "openmetrics", "--top", "1")
    assert answer.status == 0
    assert {line.split('"')[1] for line in answer.out.splitlines() if "{" in line} == {"acme", "globex"}
    assert answer.out.endswith("# EOF\n")


def test_a_schema_chooses(tenants):
    [one] = tenants("stats", "--schema", "*globex", "--format", "json").json["tenants"]
    assert one["slug"] == "globex"


def test_a_schema_that_there_is_not_is_a_mistake_in_the_call(tenants):
    answer = tenants("stats", "--schema", "tenant_hooli")
    assert (answer.status, answer.out) == (2, "")
    assert "tenant_hooli" in answer.err


def test_an_order_that_there_is_not_gets_the_nearest(tenants):
    answer = tenants("stats", "--sort", "sizes")
    assert answer.status == 2
    assert "there is no 'sizes'; did you mean" in answer.err


def test_a_project_without_tenants_is_told_so(single):
    answer = single("stats")
    assert answer.status == 2
    assert "this project has no tenants" in answer.err
