"""Kinds of tenants with repeatables of their own, on a server: born with them, and brought up with them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from commandline import Cli
from sessions import AT_THE_GATE, at_the_gate, gate_closed, until
from shop import CONFIG, Shop
from sqlmig.admin import lifecycle, provisioning
from sqlmig.admin.snapshot import make_snapshot
from sqlmig.db import session as sessions
from sqlmig.engine import PlanRefused
from sqlmig.errors import SqlmigError
from sqlmig.fleet.launch import Rollout
from sqlmig.plan.events import RunBegan
from sqlmig.plan.provisioning import CreatedTenant, Making, Source
from sqlmig.plan.results import Outcome
from sqlmig.plan.values import Reason, Standing

LIFECYCLE = """\
lifecycle:
  template_column: tier
  templates:
    trial: {repeatables: sql/trial}
    enterprise: {repeatables: sql/enterprise, variables: {greeting: welcome}}
    partner: {}
"""
LIMIT = "CREATE OR REPLACE FUNCTION deal_limit() RETURNS int LANGUAGE sql AS 'SELECT {}';\n"
FILES = {
    "sqlmig.yaml": CONFIG + LIFECYCLE,
    "sql/lifecycle/register.sql": (
        "INSERT INTO core.tenants (slug, schema_name, tier) VALUES"
        " ({{ tenant.slug | literal }}, {{ schema | literal }}, {{ tenant.tier | default('none') | literal }});\n"
    ),
    "sql/tenant/repeatable/titles.sql": "CREATE OR REPLACE VIEW titles AS SELECT title FROM deals;\n",
    "sql/tenant/repeatable/titles.down.sql": "DROP VIEW titles;\n",
    "sql/trial/deal_limit.sql": LIMIT.format(10),
    "sql/trial/deal_limit.down.sql": "DROP FUNCTION deal_limit();\n",
    "sql/enterprise/audit.sql": (
        "-- sqlmig: after titles\nCREATE OR REPLACE VIEW audit AS"
        " SELECT {{ vars.greeting | literal }}::text AS said, title FROM titles;\n"
    ),
    "sql/enterprise/audit.down.sql": "DROP VIEW audit;\n",
}


@pytest.fixture
def kinds(shop: Shop) -> Shop:
    """A project with three kinds of tenants, two of which have repeatables of their own."""
    shop.write(FILES)
    return shop.with_tenants()


def by_history(shop: Shop) -> None:
    """Lets the history keep the kinds."""
    shop.write({"sqlmig.yaml": CONFIG + LIFECYCLE.replace("  template_column: tier\n", "")})


def make(shop: Shop, slug: str, kind: str | None, making: Making = Making.QUICKEST) -> CreatedTenant:
    return provisioning.create(shop.project(), slug, values={}, template=kind, making=making)


def one_of_each(shop: Shop) -> None:
    for slug, kind in (("acme", "trial"), ("globex", "enterprise"), ("initech", "partner"), ("umbrella", None)):
        make(shop, slug, kind)


def repeatables(shop: Shop) -> dict[object, object]:
    """By schema the names of the repeatables that the history says are applied."""
    rows = shop.sql(
        "SELECT t.schema_name, array_agg(r.name ORDER BY r.name) FROM sqlmig.repeatable r"
        " JOIN sqlmig.target t USING (track, target) GROUP BY 1"
    )
    return {row[0]: row[1] for row in rows}


def made_in(shop: Shop, schema: str) -> list[object]:
    """The views and functions of a schema."""
    rows = shop.sql(
        "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = %s::regnamespace"
        " UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = %s::regnamespace ORDER BY 1",
        schema,
        schema,
    )
    return [row[0] for row in rows]


def clean(shop: Shop) -> bool:
    """Whether every way to look says that all is as it should be, and there is nothing to do."""
    project = shop.project()
    assert project.apply().run_id is None, "nothing is pending"
    return project.status().current and project.verify().clean and project.check().current


EACH = {
    "tenant_acme": ["deal_limit", "titles"],
    "tenant_globex": ["audit", "titles"],
    "tenant_initech": ["titles"],
    "tenant_umbrella": ["titles"],
}


@pytest.mark.parametrize("keeps", ["the-registry", "the-history"])
def test_a_tenant_is_born_with_what_its_kind_has(kinds: Shop, keeps: str) -> None:
    if keeps == "the-history":
        by_history(kinds)
    one_of_each(kinds)
    assert repeatables(kinds) == EACH
    assert {schema: made_in(kinds, schema) for schema in EACH} == EACH
    kept = "SELECT count(*), count(s.checksum) FROM sqlmig.repeatable r LEFT JOIN sqlmig.script s USING (checksum)"
    assert kinds.sql(kept) == [(6, 6)], "the history keeps what ran"
    assert clean(kinds)


@pytest.mark.parametrize("source", [Source.SNAPSHOT, Source.POOL])
def test_it_is_the_same_tenant_however_it_was_made(kinds: Shop, source: Source) -> None:
    make_snapshot(kinds.project(), shadow_url=kinds.database_url)
    if source is Source.POOL:
        provisioning.pool(kinds.project(), 1, template="enterprise")
    replayed, made = make(kinds, "replayed", "enterprise", Making.REPLAY), make(kinds, "made", "enterprise")
    assert (replayed.source, made.source, made.steps) == (Source.REPLAY, source, replayed.steps)
    assert made_in(kinds, "tenant_made") == ["audit", "titles"]
    rows = (
        kinds.sql(f"SELECT {columns} FROM sqlmig.{table} WHERE target = %s ORDER BY 1", one.tenant.id)
        for table, columns in (("target", "digest, head"), ("repeatable", "name, checksum, rendered"))
        for one in (replayed, made)
    )
    first, second, third, fourth = rows
    assert (first, third) == (second, fourth)
    actions = {(one.name, one.action) for one in kinds.project().history(schemas=["tenant_made"])}
    assert actions == {("deals", "snapshot"), ("audit", "up")}
    assert clean(kinds)


def test_a_fault_in_a_kind_s_repeatable_leaves_nothing_of_a_tenant_from_the_snapshot(kinds: Shop) -> None:
    make_snapshot(kinds.project(), shadow_url=kinds.database_url)
    kinds.write({"sql/trial/deal_limit.sql": "SELECT 1;\nSELECT nope;\n"})
    with pytest.raises(SqlmigError) as caught:
        make(kinds, "acme", "trial")
    assert (str(caught.value.place), caught.value.state) == (
        "sql/trial/deal_limit.sql:2:8",
        "everything was rolled back: nothing of tenant acme is there",
    )
    assert not kinds.sql("SELECT FROM core.tenants")
    assert make(kinds, "globex", "enterprise").source is Source.SNAPSHOT


def test_what_the_snapshot_does_not_know_is_no_difference(kinds: Shop) -> None:
    make_snapshot(kinds.project(), shadow_url=kinds.database_url)
    make(kinds, "acme", "trial")
    make(kinds, "initech", "partner")
    kinds.sql("CREATE TABLE tenant_initech.strange ()")
    for slug, differs in (("acme", []), ("initech", ["objects"])):
        compared = provisioning.compare(kinds.project(), slug, values={})
        assert compared is not None
        assert [one.what for one in compared.differences] == differs


@pytest.mark.parametrize("keeps", ["the-registry", "the-history"])
def test_an_edited_repeatable_of_a_kind_touches_that_kind_alone(kinds: Shop, keeps: str) -> None:
    if keeps == "the-history":
        by_history(kinds)
    one_of_each(kinds)
    kinds.write({"sql/trial/deal_limit.sql": LIMIT.format(20)})
    found = kinds.project().check()
    assert (found.current, found.behind) == (False, ("tenant_acme",))
    status = {one.target.schema: (one.standing, one.pending) for one in kinds.project().status().targets}
    assert status.pop("tenant_acme") == (Standing.BEHIND, 1)
    assert set(status.values()) == {(Standing.CURRENT, 0)}
    result = kinds.apply()
    assert result.exit_status == 0
    assert {one.target.schema for one in result.results if one.plan.steps} == {"tenant_acme"}
    assert kinds.one("SELECT tenant_acme.deal_limit()") == 20
    assert repeatables(kinds) == EACH
    assert clean(kinds)


def test_a_kind_that_gets_its_first_repeatable_is_behind_where_others_are_current(kinds: Shop) -> None:
    """The digest that is the goal of all others must not be taken for that of the kind, nor for nothing at all."""
    one_of_each(kinds)
    kinds.write({"sqlmig.yaml": (CONFIG + LIFECYCLE).replace("partner: {}", "partner: {repeatables: sql/trial}")})
    plan = kinds.project().plan()
    assert plan.refusals == ()
    assert [(step.target.schema, step.label) for step in plan.steps] == [("tenant_initech", "deal_limit")]
    kinds.apply()
    assert made_in(kinds, "tenant_initech") == ["deal_limit", "titles"]
    assert clean(kinds)


def test_a_tenant_that_changes_its_kind_gets_what_the_new_one_has_and_keeps_what_it_had(kinds: Shop) -> None:
    one_of_each(kinds)
    kinds.sql("UPDATE core.tenants SET tier = 'enterprise' WHERE slug = 'acme'")
    assert kinds.project().check().behind == ("tenant_acme",)
    assert kinds.apply().exit_status == 0
    assert made_in(kinds, "tenant_acme") == ["audit", "deal_limit", "titles"]
    assert kinds.one("SELECT count(*) FROM sqlmig.log WHERE name = 'audit' AND schema_name = 'tenant_acme'") == 1
    assert clean(kinds), "a repeatable without a file is no reason to be behind"
    kinds.sql("UPDATE core.tenants SET tier = 'partner' WHERE slug = 'acme'")
    assert clean(kinds)
    # Back again, what it kept is what it needs.
    kinds.sql("UPDATE core.tenants SET tier = 'trial' WHERE slug = 'acme'")
    kinds.write({"sql/trial/deal_limit.sql": LIMIT.format(30)})
    assert kinds.project().check().behind == ("tenant_acme",)
    kinds.apply()
    assert kinds.one("SELECT tenant_acme.deal_limit()") == 30


def test_a_deleted_repeatable_is_no_reason_to_be_behind(kinds: Shop) -> None:
    one_of_each(kinds)
    kinds.write({"sql/trial/deal_limit.sql": None, "sql/trial/deal_limit.down.sql": None})
    assert clean(kinds)
    kinds.write({"sql/tenant/repeatable/new.sql": "CREATE OR REPLACE VIEW newer AS SELECT 1 AS x;\n"})
    assert len(kinds.project().check().behind) == 4


def test_taken_down_a_tenant_loses_what_its_kind_has_first(kinds: Shop) -> None:
    one_of_each(kinds)
    assert kinds.project().rollback(schemas=["tenant_*"], to=0).exit_status == 0
    assert {schema: made_in(kinds, schema) for schema in EACH} == {key: [] for key in EACH}
    assert kinds.apply().exit_status == 0
    assert repeatables(kinds) == EACH
    assert clean(kinds)


def test_a_held_tenant_keeps_what_it_has_of_its_kind(kinds: Shop) -> None:
    one_of_each(kinds)
    lifecycle.hold(kinds.project(), "acme", at=1, reason="until they are trained")
    kinds.write({"sql/trial/deal_limit.sql": LIMIT.format(20)})
    assert kinds.apply().exit_status == 0
    assert kinds.one("SELECT tenant_acme.deal_limit()") == 10
    assert kinds.project().check().current


def queries_of(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many messages planning sends when nothing is to be done."""
    sent: list[object] = []
    exchange = sessions.Session.exchange

    def counted(self: sessions.Session, *arguments: Any, **named: Any) -> Any:
        sent.append(arguments)
        return exchange(self, *arguments, **named)

    project = shop.project()
    with monkeypatch.context() as patched:
        patched.setattr(sessions.Session, "exchange", counted)
        assert project.plan().pending == ()
    return len(sent)


def test_recognising_a_fleet_that_is_current_takes_as_long_with_many_tenants(
    kinds: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_of_each(kinds)
    few = queries_of(kinds, monkeypatch)
    for number in range(4):
        make(kinds, f"more{number}", ("trial", "enterprise")[number % 2])
    assert few == queries_of(kinds, monkeypatch) > 0


def fleet(shop: Shop) -> list[str]:
    """Three tenants of each kind."""
    names = {"trial": ("t1", "t2", "t3"), "enterprise": ("e1", "e2", "e3"), "partner": ("p1", "p2", "p3")}
    for kind, slugs in names.items():
        for slug in slugs:
            make(shop, slug, kind)
    return [f"tenant_{slug}" for slugs in names.values() for slug in slugs]


CHANGED = {
    "sql/trial/deal_limit.sql": LIMIT.format(20),
    "sql/enterprise/audit.sql": FILES["sql/enterprise/audit.sql"].replace("::text AS said", "::text AS said, 1 AS n"),
}


def test_a_run_over_a_fleet_gives_each_kind_its_own(kinds: Shop) -> None:
    schemas = fleet(kinds)
    kinds.write({"sql/trial/deal_limit.sql": LIMIT.format(20), "sql/enterprise/more.sql": LIMIT.format(99)})
    kinds.pair("tenant", "0002_tags", "CREATE TABLE tags (id int);\n", "DROP TABLE tags;\n")
    result = kinds.project().apply(rollout=Rollout(workers=2))
    assert result.exit_status == 0
    done = {one.target.schema: [step.step.label for step in one.steps] for one in result.results if one.target.tenant}
    wanted = {"t": ["0002_tags", "deal_limit"], "e": ["0002_tags", "more"], "p": ["0002_tags"]}
    assert done == {schema: wanted[schema.removeprefix("tenant_")[0]] for schema in schemas}
    assert clean(kinds)


def test_a_process_that_joins_a_run_knows_the_kinds_and_one_with_other_files_does_not_join(
    kinds: Shop, connect: Any
) -> None:
    fleet(kinds)
    kinds.write(
        {"sql/trial/deal_limit.sql": AT_THE_GATE + LIMIT.format(20), "sql/enterprise/more.sql": LIMIT.format(9)}
    )
    seen: list[object] = []
    with ThreadPoolExecutor() as pool:
        with gate_closed(connect()):
            first = pool.submit(kinds.project().apply, rollout=Rollout(workers=2))
            until(lambda: len(at_the_gate(kinds.connection)) == 2)
            second = pool.submit(kinds.project().apply, rollout=Rollout(workers=2), observer=seen.append)
            until(lambda: kinds.one("SELECT count(*) FROM sqlmig.repeatable WHERE name = 'more'") == 3)
        assert [first.result().exit_status, second.result().exit_status] == [0, 0]
    [began] = [event for event in seen if isinstance(event, RunBegan)]
    assert (began.joined, began.run_id) == (True, first.result().run_id)
    manifest = kinds.one("SELECT manifest FROM sqlmig.run WHERE run_id::text = %s", began.run_id)
    assert clean(kinds)
    kinds.write({"sql/trial/deal_limit.sql": LIMIT.format(21)})
    again = kinds.apply()
    assert kinds.one("SELECT manifest FROM sqlmig.run WHERE run_id::text = %s", again.run_id) != manifest


def test_what_failed_is_tried_again_with_the_kind_s_files(kinds: Shop) -> None:
    one_of_each(kinds)
    kinds.write({"sql/trial/deal_limit.sql": "SELECT 1 / 0;\n", "sql/enterprise/more.sql": LIMIT.format(9)})
    failed = kinds.apply()
    assert {one.target.schema for one in failed.results if one.outcome is Outcome.FAILED} == {"tenant_acme"}
    kinds.write({"sql/trial/deal_limit.sql": LIMIT.format(20)})
    assert kinds.project().retry_failed().exit_status == 0
    assert clean(kinds)


def test_the_gate_judges_what_is_pending_of_a_kind(kinds: Shop) -> None:
    one_of_each(kinds)
    kinds.write(
        {
            "sqlmig.yaml": (CONFIG + LIFECYCLE).replace("refuse_on: never", "refuse_on: error"),
            "sql/enterprise/fault.sql": "CREATE INDEX IF NOT EXISTS deals_title ON deals (title);\n",
        }
    )
    with pytest.raises(PlanRefused) as caught:
        kinds.apply()
    [refusal] = caught.value.plan.refusals
    assert (refusal.reason, str(refusal.place)) == (Reason.LINT, "sql/enterprise/fault.sql:1:1")
    assert refusal.target is not None
    assert refusal.target.schema == "tenant_globex"


FAULT = {"sql/enterprise/fault.sql": "ALTER TABLE deals ADD CONSTRAINT titled CHECK (title <> '');\n"}


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        pytest.param([], True, id="everything"),
        pytest.param(["sql/enterprise"], True, id="the folder"),
        pytest.param(["sql/enterprise/fault.sql"], True, id="the file"),
        pytest.param(["--format", "json"], True, id="json"),
        pytest.param(["sql/trial"], False, id="another kind's folder"),
        pytest.param(["sql/tenant"], False, id="the track's folder"),
    ],
)
def test_lint_finds_a_fault_in_a_kind_s_folder(kinds: Shop, cli: Cli, arguments: list[str], found: bool) -> None:
    kinds.write(FAULT)
    done = cli("lint", *arguments)
    assert ("check-not-validated" in done.stdout, done.stderr) == (found, ""), done.stdout
    assert ("sql/enterprise/fault.sql" in done.stdout) is found
    assert done.returncode == int(found)


def test_lint_leaves_a_kind_s_file_to_people(kinds: Shop, cli: Cli) -> None:
    kinds.write({**FAULT, "sql/tenant/repeatable/other.sql": FAULT["sql/enterprise/fault.sql"]})
    done = cli("lint", "--fix", "--yes")
    assert (kinds.folder / "sql/enterprise/fault.sql").read_text() == FAULT["sql/enterprise/fault.sql"]
    assert "NOT VALID" in (kinds.folder / "sql/tenant/repeatable/other.sql").read_text(), done.stdout + done.stderr


def test_lint_replays_the_tenant_track_as_the_kind_gets_it(kinds: Shop) -> None:
    """Only enterprise has the table: of what another kind would change there, nothing is known."""
    made = "{% if vars.greeting == 'welcome' %}CREATE TABLE vault (id int PRIMARY KEY, n int);{% endif %}\nSELECT 1;\n"
    kinds.pair("tenant", "0002_vault", made, "DROP TABLE IF EXISTS vault;\n")
    change = "ALTER TABLE vault ALTER COLUMN n TYPE bigint;\n"
    kinds.write({"sql/enterprise/vault.sql": change, "sql/trial/vault.sql": change})
    found = {one.script: one.message for one in kinds.project().lint().result.findings if one.rule.startswith("alter")}
    assert found.keys() == {"sql/enterprise/vault.sql", "sql/trial/vault.sql"}
    assert found["sql/enterprise/vault.sql"].startswith("From integer to bigint, ")
    assert found["sql/trial/vault.sql"].startswith("The type of vault.n is not known here")


def test_a_text_in_an_editor_stands_in_place_of_a_kind_s_file(kinds: Shop) -> None:
    from sqlmig.project.config.load import load_config
    from sqlmig.review import review

    file: Path = kinds.folder / "sql/enterprise/new.sql"
    config = load_config(kinds.folder / "sqlmig.yaml", environ={})
    found = review(config, texts={file: FAULT["sql/enterprise/fault.sql"]}, paths=[file])
    assert {one.script for one in found.result.findings} == {"sql/enterprise/new.sql"}
    assert found.judged == ("sql/enterprise/new.sql",)
