import time

import pytest

import samples
from sqlmig.errors import Place
from sqlmig.plan.values import Reason, Refusal
from sqlmig.report.refusals import grouped, nameless, refusal_json, refusals_text


def missing(slug: str) -> Refusal:
    target = samples.tenant(slug)
    message = f"schema {target.schema} of tenant {slug} is not there"
    return Refusal(Reason.MISSING_SCHEMA, message, f"create {target.schema}", target)


def test_what_many_targets_have_in_common_is_told_once():
    assert refusals_text([missing(f"t{i}") for i in range(10_000)]) == (
        "refused: schema tenant_t0 of tenant t0 is not there\n"
        "  next: create tenant_t0\n"
        "  the same in 10,000 targets: tenant_t0, tenant_t1, tenant_t2 and 9,997 more"
    )


def test_another_place_is_another_reason():
    target = samples.tenant("acme")
    first = Refusal(Reason.SYNTAX, "no", "yes", target, Place("a.sql", 1))
    second = Refusal(Reason.SYNTAX, "no", "yes", target, Place("a.sql", 2))
    assert len(grouped([first, second])) == 2


def test_a_name_inside_of_another_word_does_not_make_two_reasons_alike():
    a = Refusal(Reason.EDITED, "column acme_id is wrong", "x", samples.tenant("acme"))
    b = Refusal(Reason.EDITED, "column globex_id is wrong", "x", samples.tenant("globex"))
    assert len(grouped([a, b])) == 2


def test_the_target_is_named_where_the_message_does_not():
    refusal = Refusal(Reason.EDITED, "0001_x was edited", "undo it", samples.tenant("acme"), Place("sql/1.up.sql"))
    assert refusals_text([refusal]) == ("refused: sql/1.up.sql: 0001_x was edited\n  next: undo it\n  in: tenant_acme")


def test_a_reason_without_a_target_names_none():
    refusal = Refusal(Reason.UNKNOWN_VERSION, "track app has no version 0009", "its last version is 0002")
    assert refusals_text([refusal]) == ("refused: track app has no version 0009\n  next: its last version is 0002")


def test_a_program_gets_every_refusal_with_its_public_reason():
    assert refusal_json(missing("acme")) == {
        "reason": "missing-schema",
        "message": "schema tenant_acme of tenant acme is not there",
        "next": "create tenant_acme",
        "track": "tenant",
        "schema": "tenant_acme",
        "place": None,
    }


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("tenant_acme is not there", "\0 is not there"),
        ("schema tenant_acme of tenant acme", "schema \0 of tenant \0"),
        ("acme", "\0"),
        ("acme acme", "\0 \0"),
        ("acme.acme", "\0.\0"),
        ("acmeacme", "acmeacme"),
        ("acme_id and my_acme", "acme_id and my_acme"),
        ("tenant_acme_old", "tenant_acme_old"),
        ("äacme", "äacme"),
        ("nothing of it", "nothing of it"),
        ("", ""),
    ],
)
def test_names_are_taken_out_where_they_stand_as_words(text, without):
    assert nameless(text, samples.tenant("acme")) == without
    assert nameless(text, None) == text


def test_ten_thousand_names_are_taken_out_at_once():
    targets = [samples.tenant(f"t{n}") for n in range(10_000)]
    began = time.process_time()
    assert {nameless(f"schema {target.schema} is not there", target) for target in targets} == {
        "schema \0 is not there"
    }
    assert time.process_time() - began < 1, "0.03 s when this was written; a pattern for each takes seconds"
