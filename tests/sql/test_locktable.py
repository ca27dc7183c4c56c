"""The lock table as a value: what it says of the forms that matter most, by version, and that it is whole."""

import re

import pytest

from sqlmig.sql.locktable import LockMode, Measured, Role, forms, measured, servers

EVERY_VERSION = (14, 15, 16, 17, 18)
SHORT = {
    "AS": LockMode.ACCESS_SHARE,
    "RS": LockMode.ROW_SHARE,
    "RE": LockMode.ROW_EXCLUSIVE,
    "SUE": LockMode.SHARE_UPDATE_EXCLUSIVE,
    "S": LockMode.SHARE,
    "SRE": LockMode.SHARE_ROW_EXCLUSIVE,
    "E": LockMode.EXCLUSIVE,
    "AE": LockMode.ACCESS_EXCLUSIVE,
}


def short(done: Measured) -> str:
    """`table:AE referenced:SRE rewrites(table) scans(table)`, roles in the order of Role; or the error."""
    words = {mode: word for word, mode in SHORT.items()}
    parts = [f"{role}:{words[done.locks[role]]}" for role in Role if role in done.locks]
    for name, roles in (("rewrites", done.rewrites), ("scans", done.scans)):
        parts += [f"{name}({','.join(role for role in Role if role in roles)})"] if roles else []
    return done.error or " ".join(parts)


def test_a_stronger_lock_is_the_greater_one():
    assert sorted(SHORT.values()) == list(LockMode)
    assert [int(mode) for mode in LockMode] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert max(LockMode.SHARE, LockMode.ACCESS_EXCLUSIVE, LockMode.ROW_SHARE) is LockMode.ACCESS_EXCLUSIVE


@pytest.mark.parametrize(
    ("mode", "words", "blocks"),
    [
        ("AS", "ACCESS SHARE", ""),
        ("RS", "ROW SHARE", ""),
        ("RE", "ROW EXCLUSIVE", ""),
        ("SUE", "SHARE UPDATE EXCLUSIVE", "other schema changes"),
        ("S", "SHARE", "writes"),
        ("SRE", "SHARE ROW EXCLUSIVE", "writes"),
        ("E", "EXCLUSIVE", "writes"),
        ("AE", "ACCESS EXCLUSIVE", "reads and writes"),
    ],
)
def test_a_lock_says_whom_it_keeps_waiting(mode: str, words: str, blocks: str):
    assert (SHORT[mode].words, SHORT[mode].blocks) == (words, blocks)


@pytest.mark.parametrize("postgres", EVERY_VERSION)
@pytest.mark.parametrize(
    ("form", "does"),
    [
        ("add-column", "table:AE"),
        ("add-column-default-constant", "table:AE"),
        ("add-column-default-stable", "table:AE"),
        ("add-column-default-volatile", "table:AE rewrites(table) scans(table)"),
        ("add-column-not-null", "23502: column of relation contains null values"),
        ("add-column-check", "table:AE scans(table)"),
        ("add-column-references", "table:AE referenced:SRE"),
        ("add-column-default-references", "table:AE referenced:SRE scans(table,referenced)"),
        ("set-not-null", "table:AE scans(table)"),
        ("set-not-null-proven", "table:AE"),
        ("set-not-null-check-not-valid", "table:AE scans(table)"),
        ("type:int4->int8", "table:AE rewrites(table) scans(table)"),
        ("type:varchar(50)->text", "table:AE"),
        ("type:timestamp->timestamptz:utc", "table:AE"),
        ("type:timestamp->timestamptz:utc:indexed", "table:AE rewrites(index) scans(table)"),
        ("type:timestamp->timestamptz:not-utc", "table:AE rewrites(table) scans(table)"),
        ("add-check", "table:AE scans(table)"),
        ("add-check-not-valid", "table:AE"),
        ("validate-check", "table:SUE scans(table)"),
        ("add-foreign-key", "table:SRE referenced:SRE scans(table,referenced)"),
        ("add-foreign-key-not-valid", "table:SRE referenced:SRE"),
        ("validate-foreign-key", "table:SUE referenced:RS scans(table,referenced)"),
        ("drop-constraint-foreign-key", "table:AE referenced:AE"),
        ("add-primary-key-using-index", "table:AE"),
        ("add-primary-key-using-index-nullable", "table:AE scans(table)"),
        ("create-index", "table:S scans(table)"),
        ("create-index-concurrently", "table:SUE scans(table)"),
        ("create-index-concurrently-partitioned", "0A000: cannot create index on partitioned table concurrently"),
        ("drop-index-concurrently", "table:SUE"),
        ("reindex-table", "table:S index:AE rewrites(index) scans(table)"),
        ("reindex-concurrently", "table:SUE rewrites(index) scans(table)"),
        ("vacuum-full", "table:AE rewrites(table) scans(table)"),
        ("create-policy", "table:AE"),
        ("create-trigger", "table:SRE"),
        ("attach-partition", "parent:SUE partition:AE scans(partition)"),
        ("attach-partition-proven", "parent:SUE partition:AE"),
        (
            "attach-partition-with-default",
            "parent:SUE partition:AE default_partition:AE scans(partition,default_partition)",
        ),
        ("create-partition-of", "parent:AE"),
        ("detach-concurrently", "parent:SUE partition:AE"),
        ("create-table-references", "referenced:SRE"),
        ("drop-table-referencing", "table:AE referenced:AE"),
        ("truncate", "table:AE"),
        ("refresh-concurrently", "source:AS matview:E scans(source,matview)"),
        ("alter-domain-add-check", "domain_users:S scans(domain_users)"),
        ("add-enum-value", ""),
        ("update", "table:RE"),
    ],
)
def test_what_every_version_does(form: str, does: str, postgres: int):
    assert short(measured(form, postgres)) == does


@pytest.mark.parametrize(
    ("form", "since", "before", "then"),
    [
        ("merge", 15, '42601: syntax error at or near "MERGE"', "table:RE"),
        ("set-access-method", 15, '42601: syntax error at or near "ACCESS"', "table:AE rewrites(table) scans(table)"),
        ("set-view-security-invoker", 15, "22023: unrecognized parameter", "view:AE"),
        ("set-expression", 17, '42601: syntax error at or near "EXPRESSION"', "table:AE rewrites(table) scans(table)"),
        ("add-column-virtual", 18, '42601: syntax error at or near "VIRTUAL"', "table:AE"),
        ("add-not-null-not-valid", 18, '42601: syntax error at or near "NOT"', "table:AE"),
        ("validate-not-null", 18, '42601: syntax error at or near "NOT"', "table:SUE scans(table)"),
        (
            "add-foreign-key-not-valid-partitioned",
            18,
            "42809: cannot add NOT VALID foreign key on partitioned table referencing relation",
            "referenced:SRE parent:SRE partition:SRE",
        ),
        (
            "add-unique-partitioned",
            18,
            "parent:AE partition:S scans(partition)",
            "parent:AE partition:AE scans(partition)",
        ),
        ("grant", 18, "", "table:AS"),
    ],
)
def test_what_changed_with_a_version(form: str, since: int, before: str, then: str):
    found = {version: short(measured(form, version)) for version in EVERY_VERSION}
    assert found == {version: then if version >= since else before for version in EVERY_VERSION}


@pytest.mark.parametrize(("asked", "nearest"), [(9, 14), (13, 14), (19, 18), (99, 18)])
def test_a_version_that_was_not_measured_gets_the_nearest(asked: int, nearest: int):
    assert min(servers()) == 14
    assert max(servers()) == 18
    for form in ("add-column-virtual", "merge", "grant"):
        assert measured(form, asked) == measured(form, nearest)


def test_a_form_that_nobody_measured_is_not_taken_for_one_that_locks_nothing():
    with pytest.raises(KeyError, match="add-colum"):
        measured("add-colum", 18)


EVERY_FIGURE = [(form, version, measured(form, version)) for form in forms() for version in EVERY_VERSION]


def test_names_are_kebab_words_or_changes_of_a_type():
    kebab, change = r"[a-z]+(-[a-z]+)*", r"type:[a-z0-9(),\[\]-]+->[a-z0-9(),\[\]-]+(:[a-z-]+)*"
    assert [form for form in forms() if not re.fullmatch(f"{kebab}|{change}", form)] == []


def test_nothing_is_read_or_rewritten_that_is_not_locked():
    for form, version, done in EVERY_FIGURE:
        assert done.scans <= done.locks.keys(), (form, version)
        assert all(done.locks[role] is SHORT["AE"] for role in done.rewrites - {Role.INDEX}), (form, version)


def test_a_form_that_is_refused_does_nothing_and_says_why():
    for form, version, done in EVERY_FIGURE:
        if done.error is not None:
            assert (done.locks, done.rewrites, done.scans) == ({}, set(), set()), (form, version)
            assert re.match(r"[0-9A-Z]{5}: [a-zA-Z]", done.error), (form, version)


def test_an_old_version_refuses_only_what_it_does_not_know():
    ours_to_get_right = {"42P01": "no such table", "42703": "no such column", "42704": "no such object"}
    assert [row for row in EVERY_FIGURE if (row[2].error or "")[:5] in ours_to_get_right] == []


def test_the_newest_version_refuses_only_what_no_version_can_do():
    refused = {form for form in forms() if measured(form, 18).error}
    assert refused == {
        "add-column-not-null",
        "add-unique-using-index-partitioned",
        "alter-type-attribute-type",
        "create-index-concurrently-partitioned",
        "detach-concurrently-with-default",
        "drop-index-concurrently-partitioned",
        "set-options-partitioned",
        "type-view",
    }


def test_where_a_change_of_type_keeps_the_table_the_index_was_measured_too():
    not_by_btree = {"type:xml->text"}
    kept = {form for form, version, done in EVERY_FIGURE if form.startswith("type:") and not done.rewrites}
    assert {form for form in kept - not_by_btree if f"{form.removesuffix(':indexed')}:indexed" not in forms()} == set()
