"""Kinds of tenants with repeatables of their own: what is planned for whom, by values alone."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from planning import CORE, applied, migration, project, repeatable, shared_track, snapshot, target, tenant_track, told
from sqlmig.plan.diff import diff_of
from sqlmig.plan.heads import Heads
from sqlmig.plan.planner import Down, Up, make_plan
from sqlmig.plan.queueing import manifest_id, manifest_of
from sqlmig.plan.resolve import digest_of_files
from sqlmig.plan.values import Standing, Target, TargetState
from sqlmig.project.config.tenancy import LifecycleConfig, TemplateConfig
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Repeatable, Track

ONE, VIEW = migration(1), repeatable("view")
BASE = tenant_track(ONE, repeatables=[VIEW])


def own(kind: str, name: str = "limits", text: str = "SELECT {{ schema | literal }};") -> Repeatable:
    made = repeatable(name, text, "SELECT 1;")
    return replace(made, script=replace(made.script, path=f"sql/{kind}/{name}.sql"))


def part(*repeatables: Repeatable, path: str = "sql/x") -> Track:
    return replace(tenant_track(repeatables=repeatables), path=path)


TRIAL, BIG = own("trial"), own("enterprise", text="SELECT 2;")
PARTS = {"trial": part(TRIAL), "enterprise": part(BIG)}


def kinds(base: Track = BASE, parts: dict[str, Track] | None = None, default: str | None = None) -> ProjectFiles:
    """A project with the kinds trial and enterprise, and partner, which has nothing of its own."""
    templates = tuple(TemplateConfig(name) for name in ("trial", "enterprise", "partner"))
    files = project(shared_track(), base)
    lifecycle = LifecycleConfig(templates=templates, template_column="tier", default_template=default)
    config = replace(files.config, lifecycle=lifecycle)
    return replace(files, config=config, of_kinds=PARTS if parts is None else parts)


def of_kind(slug: str, kind: str | None) -> Target:
    one = target(slug)
    assert one.tenant is not None
    return replace(one, tenant=replace(one.tenant, row={"tier": kind}))


NOTHING = TargetState()
PLAIN = applied(ONE, repeatables=[VIEW])
AS_TRIAL = applied(ONE, repeatables=[VIEW, TRIAL])
AS_BIG = applied(ONE, repeatables=[VIEW, BIG])


@pytest.mark.parametrize(
    ("kind", "state", "work", "standing"),
    [
        pytest.param("trial", NOTHING, ["0001_m", "view", "limits"], Standing.NEW, id="a new tenant gets it last"),
        pytest.param("partner", NOTHING, ["0001_m", "view"], Standing.NEW, id="a kind without any"),
        pytest.param(None, NOTHING, ["0001_m", "view"], Standing.NEW, id="no kind"),
        pytest.param("trial", PLAIN, ["limits"], Standing.BEHIND, id="what was current for all is behind for a kind"),
        pytest.param("partner", PLAIN, [], Standing.CURRENT, id="and current for the others"),
        pytest.param("trial", AS_TRIAL, [], Standing.CURRENT, id="current"),
        pytest.param("enterprise", AS_BIG, [], Standing.CURRENT, id="current with other files"),
        pytest.param("enterprise", AS_TRIAL, ["limits"], Standing.BEHIND, id="another kind, with a file of that name"),
        pytest.param("partner", AS_TRIAL, [], Standing.CURRENT, id="another kind: what has no file stays"),
    ],
)
def test_what_a_tenant_gets_is_what_its_kind_has(kind, state, work, standing):
    acme = of_kind("acme", kind)
    plan = make_plan(kinds(), [acme], snapshot({acme: state}), Up())
    assert told(plan) == []
    assert [step.label for step in plan.steps] == work
    assert plan.targets[0].standing is standing


def test_targets_with_one_digest_are_decided_by_their_kinds():
    targets = [of_kind(f"t{number}", kind) for number, kind in enumerate(["trial", "enterprise", "partner", "trial"])]
    plan = make_plan(kinds(), [CORE, *targets], snapshot(dict.fromkeys(targets, PLAIN)), Up())
    assert [(step.target.key, step.script.path) for step in plan.steps] == [
        ("t0", "sql/trial/limits.sql"),
        ("t1", "sql/enterprise/limits.sql"),
        ("t3", "sql/trial/limits.sql"),
    ]
    digests = {one.target.key: one.digest for one in plan.targets[1:]}
    assert digests["t0"] == digests["t3"] == AS_TRIAL.digest
    assert (digests["t1"], digests["t2"]) == (AS_BIG.digest, PLAIN.digest)
    assert plan.targets[1].works is plan.targets[4].works, "one decision serves all tenants of a kind"


def test_a_rollback_takes_away_first_what_the_kind_has():
    acme = of_kind("acme", "trial")
    plan = make_plan(kinds(), [acme], snapshot({acme: AS_TRIAL}), Down(to=0))
    assert [step.label for step in plan.steps] == ["limits", "0001_m"]


def test_the_default_kind_is_that_of_tenants_that_name_none():
    acme = of_kind("acme", None)
    plan = make_plan(kinds(default="trial"), [CORE, acme], snapshot({acme: PLAIN}), Up())
    assert [step.label for step in plan.steps] == ["limits"]


def test_ten_thousand_tenants_of_several_kinds_are_recognised_by_their_digests_and_nothing_is_rendered():
    broken = {name: part(own(name, text="{{ nothing.of.the.kind }}")) for name in ("trial", "enterprise")}
    files = kinds(parts=broken)
    names = ("trial", "enterprise", "partner", None)
    targets = [of_kind(str(number), names[number % 4]) for number in range(10_000)]
    heads = Heads(files)
    states = {one: TargetState(heads.of(one).digest) for one in targets}
    assert len({state.digest for state in states.values()}) == 2, "both kinds have the same text"
    began = time.process_time()
    plan = make_plan(files, targets, snapshot(states), Up())
    assert time.process_time() - began < 3
    assert (plan.refusals, plan.pending, len(plan.targets)) == ((), (), 10_000)
    assert told(make_plan(files, targets[:1], snapshot({targets[0]: PLAIN}), Up()))[0].startswith("template ")


def test_heads_are_worked_out_once_for_all_of_a_kind():
    files = kinds()
    heads = Heads(files)
    one, other = heads.of(of_kind("a", "trial")), heads.of(of_kind("b", "trial"))
    assert one is other
    assert one.track is files.track_for("tenant", of_kind("c", "trial").tenant)
    assert heads.of(of_kind("d", "partner")).track is files.tenant_tracks[0]
    assert heads.of(CORE).track is files.shared_tracks[0]


def test_what_has_no_file_any_more_does_not_count_with_the_files():
    assert digest_of_files(BASE, AS_TRIAL) == PLAIN.digest != AS_TRIAL.digest
    assert digest_of_files(BASE, applied(repeatables=[VIEW])) != PLAIN.digest


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(kinds(parts={"trial": part(TRIAL)}), id="a kind less"),
        pytest.param(kinds(parts={**PARTS, "trial": part(own("trial", text="SELECT 3;"))}), id="another text"),
        pytest.param(kinds(default="trial"), id="another default"),
    ],
)
def test_processes_with_other_files_for_a_kind_do_not_work_together(other):
    assert manifest_id(manifest_of(kinds())) != manifest_id(manifest_of(other))
    assert manifest_id(manifest_of(kinds())) == manifest_id(manifest_of(kinds()))


def test_a_manifest_says_where_each_kind_leads():
    manifest = manifest_of(kinds())
    assert manifest.goal("trial") == {"tenant": AS_TRIAL.digest}
    assert manifest.goal("partner") == manifest.goal(None) == {"tenant": PLAIN.digest}


def test_a_diff_shows_the_files_of_kinds_as_their_tenants_get_them():
    tier = own("trial", text="SELECT {{ tenant.tier | literal }};\n")
    now = kinds(parts={"trial": part(tier), "partner": part(tier)})
    file, down = diff_of(kinds(parts={}), now, "main").files
    assert (file.path, file.track) == ("sql/trial/limits.sql", "tenant")
    assert down.unified.endswith("+SELECT 1;\n")
    assert file.unified.endswith("+SELECT 'trial';\n")
