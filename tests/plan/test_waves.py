"""Which targets come first: wrong here means a canary of ten thousand, or a tenant that no wave takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlmig.errors import UsageError
from sqlmig.plan.rollout import Gate, WaveRule
from sqlmig.plan.values import Target
from sqlmig.plan.waves import Cut, cut, rules_from_options
from sqlmig.project.config.rollout import wave_rule
from sqlmig.project.model import Scope, Tenant
from sqlmig.project.shares import share


def tenant(slug: str, **row: object) -> Target:
    schema = f"tenant_{slug}"
    return Target("tenant", Scope.TENANT, slug, schema, Tenant(slug, slug, schema, {"slug": slug, **row}))


ACME = tenant("acme", tier="pro", seats=5, beta=True, region=None)
BETA = tenant("beta", tier="trial", seats=50, beta=False, region="eu")
BETTY = tenant("betty", tier="trial", seats=500, beta=False, region="us")
CARL = tenant("carl", tier="free", seats=5, beta=False, region="eu")
DORA = tenant("dora", tier="pro", seats=7, beta=True, region="us")
ALL = (ACME, BETA, BETTY, CARL, DORA)
SIZES = {"tenant_acme": 30, "tenant_beta": 10, "tenant_betty": 50, "tenant_carl": 20, "tenant_dora": 10}


def shown(found: Cut) -> dict[str, str]:
    """Each wave with its targets, in order."""
    assert found.problems == ()
    return {wave.name: " ".join(key for _, key in wave.targets) for wave in found.waves}


@pytest.mark.parametrize(
    ("rules", "wanted"),
    [
        ([], {"all": "acme beta betty carl dora"}),
        ([WaveRule("w", count=2)], {"w": "acme beta", "rest": "betty carl dora"}),
        ([WaveRule("w", count=9)], {"w": "acme beta betty carl dora"}),
        ([WaveRule("w")], {"w": "acme beta betty carl dora"}),
        ([WaveRule("w", count=2, smallest=True)], {"w": "beta dora", "rest": "acme betty carl"}),
        ([WaveRule("w", tenants=("dora", "tenant_carl"))], {"w": "carl dora", "rest": "acme beta betty"}),
        ([WaveRule("w", tenants=("bet*",))], {"w": "beta betty", "rest": "acme carl dora"}),
        ([WaveRule("w", tenants=("tenant_?cme",))], {"w": "acme", "rest": "beta betty carl dora"}),
        ([WaveRule("w", where={"tier": "trial"})], {"w": "beta betty", "rest": "acme carl dora"}),
        ([WaveRule("w", where={"tier": "pro", "region": "us"})], {"w": "dora", "rest": "acme beta betty carl"}),
        ([WaveRule("w", where={"tier": ("free", "trial")})], {"w": "beta betty carl", "rest": "acme dora"}),
        ([WaveRule("w", where={"seats": 5})], {"w": "acme carl", "rest": "beta betty dora"}),
        ([WaveRule("w", where={"seats": "5"})], {"w": "acme carl", "rest": "beta betty dora"}),
        ([WaveRule("w", where={"beta": "true"})], {"w": "acme dora", "rest": "beta betty carl"}),
        ([WaveRule("w", where={"region": None})], {"w": "acme", "rest": "beta betty carl dora"}),
        (
            [WaveRule("w", tenants=("b*", "carl"), where={"region": "eu"})],
            {"w": "beta carl", "rest": "acme betty dora"},
        ),
        ([WaveRule("w", where={"tier": "trial"}, count=1)], {"w": "beta", "rest": "acme betty carl dora"}),
        (
            [WaveRule("w", where={"tier": "pro"}, count=1, smallest=True)],
            {"w": "dora", "rest": "acme beta betty carl"},
        ),
        ([WaveRule("w", share=share("20%"))], {"w": "acme", "rest": "beta betty carl dora"}),
        ([WaveRule("w", share=share("21%"))], {"w": "acme beta", "rest": "betty carl dora"}),
        ([WaveRule("w", share=share("1%"))], {"w": "acme", "rest": "beta betty carl dora"}),
        ([WaveRule("w", share=share("100%"))], {"w": "acme beta betty carl dora"}),
        (
            [WaveRule("a", where={"tier": "pro"}), WaveRule("b", share=share("40%")), WaveRule("c")],
            {"a": "acme dora", "b": "beta betty", "c": "carl"},
        ),
        ([WaveRule("a", count=2), WaveRule("b", count=2)], {"a": "acme beta", "b": "betty carl", "rest": "dora"}),
    ],
    ids=lambda value: " ".join(value.values()) if isinstance(value, dict) else "",
)
def test_each_wave_takes_from_what_is_left(rules, wanted):
    assert {name: " ".join(sorted(keys.split())) for name, keys in shown(cut(rules, ALL, SIZES, {})).items()} == wanted


def test_a_wave_has_the_gate_of_its_rule_and_the_rest_the_ordinary_one():
    waves = cut([WaveRule("w", count=1, gate=Gate(failures=3, pause=60))], ALL, {}, {}).waves
    assert [wave.gate for wave in waves] == [Gate(failures=3, pause=60), Gate()]


@pytest.mark.parametrize(
    ("total", "part", "count"), [(30, "10%", 3), (31, "10%", 4), (10_000, "0.1%", 10), (7, "100%", 7), (3, "1%", 1)]
)
def test_a_share_is_of_all_tenants_and_rounded_up(total, part, count):
    targets = [tenant(f"t{number}") for number in range(total)]
    assert len(cut([WaveRule("w", share=share(part))], targets, {}, {}).waves[0].targets) == count


class TestOrder:
    def test_without_anything_known_it_is_the_registry_s(self):
        assert shown(cut([], ALL, {}, {})) == {"all": "acme beta betty carl dora"}

    def test_the_largest_come_first_and_equal_ones_in_the_registry_s_order(self):
        assert shown(cut([], ALL, SIZES, {})) == {"all": "betty acme carl beta dora"}

    def test_what_took_long_comes_first_whatever_its_size(self):
        weights = {target.identity: seconds for target, seconds in zip(ALL, (1.0, 9.0, 0.0, 5.0, 7.0), strict=True)}
        assert shown(cut([], ALL, SIZES, weights)) == {"all": "beta dora carl acme betty"}

    def test_a_new_tenant_is_expected_to_take_what_its_size_says(self):
        weights = {ACME.identity: 3.0, BETA.identity: 1.0, CARL.identity: 2.0}
        assert shown(cut([], ALL, SIZES, weights)) == {"all": "betty acme carl beta dora"}

    def test_a_new_tenant_of_unknown_size_is_expected_to_take_the_average(self):
        weights = {ACME.identity: 1.0, BETA.identity: 5.0}
        assert shown(cut([], ALL, {}, weights)) == {"all": "beta betty carl dora acme"}

    def test_every_wave_is_in_order(self):
        assert shown(cut([WaveRule("w", count=3)], ALL, SIZES, {})) == {"w": "betty acme beta", "rest": "carl dora"}


class TestSeveralTracks:
    both = tuple(replace(target, track=track) for target in (ACME, BETA, CARL) for track in ("tenant", "reports"))

    def test_all_tracks_of_a_tenant_are_in_one_wave_and_count_once(self):
        waves = cut([WaveRule("w", count=1), WaveRule("x", share=share("33%"))], self.both, SIZES, {}).waves
        assert [{key for _, key in wave.targets} for wave in waves] == [{"acme"}, {"beta"}, {"carl"}]
        assert [len(wave.targets) for wave in waves] == [2, 2, 2]

    def test_no_tenant_s_second_track_comes_before_the_first_tracks(self):
        weights = {
            ("reports", "carl"): 100.0,
            ("tenant", "beta"): 5.0,
            ("tenant", "acme"): 1.0,
            ("tenant", "carl"): 1.0,
        }
        (wave,) = cut([], self.both, {}, weights).waves
        assert [track for track, _ in wave.targets] == ["tenant"] * 3 + ["reports"] * 3
        assert wave.targets[0] == ("tenant", "beta")
        assert wave.targets[3] == ("reports", "carl")


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (
            WaveRule("canary", tenants=("acmee",)),
            ["wave 'canary' names 'acmee', which is neither slug nor schema of a tenant | did you mean 'acme'?"],
        ),
        (
            WaveRule("canary", tenants=("zzz", "tenant_Acme", "acme")),
            [
                (
                    "wave 'canary' names 'zzz', which is neither slug nor schema of a tenant"
                    " | `sqlmig tenant list` shows the tenants"
                ),
                (
                    "wave 'canary' names 'tenant_Acme', which is neither slug nor schema of a tenant"
                    " | did you mean 'tenant_acme'?"
                ),
            ],
        ),
        (
            WaveRule("canary", where={"teir": "trial"}),
            ["wave 'canary' asks for 'teir', which is no column of the registry | did you mean 'tier'?"],
        ),
    ],
)
def test_what_is_not_there_is_an_error_with_the_nearest_that_is(rule, told):
    found = cut([WaveRule("first", count=1), rule], ALL, {}, {})
    assert found.waves == ()
    assert [f"{problem.message} | {problem.next}" for problem in found.problems] == told


def test_names_are_judged_by_the_whole_registry():
    found = cut([WaveRule("w", tenants=("dora",), where={"beta": True})], [ACME], {}, {}, ALL)
    assert shown(found) == {"rest": "acme"}
    assert found.notes == ("wave 'w' has no targets: what it chooses is up to date, or in an earlier wave",)


@pytest.mark.parametrize(
    ("rules", "notes"),
    [
        ([WaveRule("w", tenants=("a*", "z*"))], ["wave 'w': no tenant's slug or schema matches 'z*'"]),
        (
            [WaveRule("w", where={"tier": "gone"})],
            ["wave 'w' has no targets: what it chooses is up to date, or in an earlier wave"],
        ),
        (
            [WaveRule("w"), WaveRule("x", count=5)],
            ["wave 'x' has no targets: what it chooses is up to date, or in an earlier wave"],
        ),
        ([WaveRule("w", count=1)], []),
    ],
)
def test_a_wave_that_takes_nothing_is_none_and_is_told(rules, notes):
    found = cut(rules, ALL, {}, {})
    assert list(found.notes) == notes
    assert all(wave.targets for wave in found.waves)


def test_nothing_to_do_needs_no_waves():
    assert cut([WaveRule("w", tenants=("zzz",))], [], {}, {}) == Cut()


RULES = st.lists(
    st.builds(
        WaveRule,
        st.sampled_from("abc"),
        tenants=st.sampled_from([(), ("bet*",), ("acme", "carl")]),
        where=st.sampled_from([{}, {"tier": "pro"}, {"region": "eu"}]),
        count=st.none() | st.integers(1, 6),
        smallest=st.booleans(),
    )
)


@given(
    RULES, st.lists(st.sampled_from(ALL), unique=True), st.dictionaries(st.sampled_from(sorted(SIZES)), st.integers())
)
def test_every_target_is_in_exactly_one_wave_whatever_the_rules(rules, targets, sizes):
    waves = cut(rules, targets, sizes, {}, ALL).waves
    identities = [identity for wave in waves for identity in wave.targets]
    assert sorted(identities) == sorted(target.identity for target in targets)


NONSENSE = (
    "",
    "0",
    "0%",
    "101%",
    "-5",
    "10 %",
    "ten%",
    "smallest:",
    "smallest:0",
    "largest:5",
    "=pro",
    "tier=",
    "a,,b",
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("rest", WaveRule("rest")),
        ("5", WaveRule("5", count=5)),
        ("100", WaveRule("100", count=100)),
        ("10%", WaveRule("10%", share=0.1)),
        ("2.5%", WaveRule("2.5%", share=0.025)),
        ("smallest:5", WaveRule("smallest:5", count=5, smallest=True)),
        ("tier=trial", WaveRule("tier=trial", where={"tier": "trial"})),
        ("plan=a=b, c", WaveRule("plan=a=b, c", where={"plan": "a=b, c"})),
        ("acme", WaveRule("acme", ("acme",))),
        ("acme, beta*", WaveRule("acme, beta*", ("acme", "beta*"))),
        ("tenant_acme,b-1", WaveRule("tenant_acme,b-1", ("tenant_acme", "b-1"))),
        *((text, None) for text in NONSENSE),
    ],
)
def test_short_forms_are_read_as_they_look(text, wanted):
    assert wave_rule(text) == wanted


class TestOptions:
    def test_they_give_rules_in_their_order(self):
        rules = rules_from_options("5", ["10%", "tier=pro", "rest"])
        assert [rule.name for rule in rules] == ["canary", "10%", "tier=pro", "rest"]
        assert rules[0] == WaveRule("canary", count=5)
        assert rules_from_options(None, []) == ()
        assert rules_from_options("smallest:3", []) == (WaveRule("canary", count=3, smallest=True),)

    @pytest.mark.parametrize(
        ("canary", "waves", "message", "advice"),
        [
            (
                "0",
                [],
                "--canary '0' says nothing that a wave could take",
                "write 10%, 5, smallest:5, tier=trial or acme,beta*",
            ),
            (
                None,
                ["10%", "110%"],
                "--wave '110%' says nothing that a wave could take",
                "write 10%, 5, smallest:5, tier=trial, acme,beta* or rest",
            ),
            (
                "rest",
                [],
                "--canary rest takes every tenant",
                "choose a few of them: 10%, 5, smallest:5, tier=trial or acme,beta*",
            ),
            (
                None,
                ["rest", "10%"],
                "--wave rest takes every tenant that is left, so nothing remains for --wave 10%",
                "put it last, or leave it out: what no wave takes comes last anyway",
            ),
        ],
    )
    def test_nonsense_is_refused_with_the_forms_there_are(self, canary, waves, message, advice):
        with pytest.raises(UsageError) as caught:
            rules_from_options(canary, waves)
        assert (caught.value.message, caught.value.next) == (message, advice)


@pytest.mark.parametrize("rule", [WaveRule("canary", where={"tier": "gold"}), WaveRule("canary", tenants=("zz*",))])
def test_a_wave_that_was_asked_for_and_could_never_have_a_tenant_is_an_error(rule):
    found = cut([rule], [ACME], {}, {}, ALL, asked=True)
    [problem] = found.problems
    assert str(problem) == (
        "wave 'canary' would have no tenant: it chooses none of those that are selected\n"
        "  next: `sqlmig tenant list` shows the tenants; correct the wave, or leave it out"
    )
    assert cut([rule], [ACME], {}, {}, ALL).problems == ()


def test_a_wave_that_was_asked_for_may_be_up_to_date_already():
    found = cut([WaveRule("canary", tenants=("dora",))], [ACME], {}, {}, ALL, asked=True)
    assert (found.problems, len(found.notes)) == ((), 1)
