"""The keys of a rollout: what they may say, what they come to, and what people are told when they say nonsense."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sqlmig.errors import ConfigError
from sqlmig.project.config.docs import WAVES_EXAMPLE
from sqlmig.project.config.load import load_config
from sqlmig.project.config.rollout import BreakerConfig, Gate, WaveRule
from sqlmig.project.config.settings import settings
from sqlmig.project.config.values import ApplyConfig, Config
from sqlmig.project.shares import Share, share, share_of
from sqlmig.report.config import config_text

TRACK = "tracks: {main: {path: sql, scope: shared, schema: app}}\n"
ENVIRON = {"COUNT": "3", "SHARE": "25%", "WAVE": "smallest:2", "OFF": "off"}

Load = Callable[..., Config]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "check.sql").touch()

    def load(text: str, environment: str | None = None) -> Config:
        file = tmp_path / "sqlmig.yaml"
        file.write_text(f"{text}\n{TRACK}", encoding="utf-8")
        return load_config(file, environment=environment, environ=ENVIRON)

    return load


def test_without_a_word_there_is_one_wave_and_a_breaker(load: Load) -> None:
    apply = load("apply:").apply
    assert apply == ApplyConfig()
    assert (apply.waves, apply.breaker) == ((), BreakerConfig(same_in_a_row=3, share=0.1))
    assert (apply.per_target_transaction, apply.synchronous_commit) == (False, "on")
    assert (apply.concurrently_above, apply.connection_targets) == (10_000, 300)


def test_a_wave_says_what_it_takes_and_what_its_gate_asks(load: Load) -> None:
    text = """
apply:
  breaker: {same_in_a_row: 0, share: 2.5%}
  per_target_transaction: true
  synchronous_commit: off
  concurrently_above: 0
  connection_targets: 100
  waves:
    - name: canary
      tenants: [acme, "beta*"]
      where: {tier: [trial, free], seats: 5, beta: true, region: null}
      count: 5
      smallest: true
      gate: {failures: 2, longest: 90s, verify: [sql/check.sql], pause: 10min, confirm: true}
    - {name: more, share: 10%, gate: {failures: 2%}}
"""
    assert load(text).apply == ApplyConfig(
        breaker=BreakerConfig(0, 0.025),
        per_target_transaction=True,
        synchronous_commit="off",
        concurrently_above=0,
        connection_targets=100,
        waves=(
            WaveRule(
                "canary",
                ("acme", "beta*"),
                {"tier": ("trial", "free"), "seats": 5, "beta": True, "region": None},
                5,
                None,
                True,
                Gate(2, 90.0, ("sql/check.sql",), 600.0, True),
            ),
            WaveRule("more", share=0.1, gate=Gate(failures=0.02)),
        ),
    )


def test_short_forms_and_mappings_stand_side_by_side(load: Load) -> None:
    waves = load('apply: {waves: [5, smallest:5, tier=trial, "acme,b*", 10%, {name: x, count: 1}, rest]}').apply.waves
    assert waves == (
        WaveRule("5", count=5),
        WaveRule("smallest:5", count=5, smallest=True),
        WaveRule("tier=trial", where={"tier": "trial"}),
        WaveRule("acme,b*", ("acme", "b*")),
        WaveRule("10%", share=0.1),
        WaveRule("x", count=1),
        WaveRule("rest"),
    )


def test_values_may_come_from_variables(load: Load) -> None:
    text = "apply: {waves: ['${WAVE}', {name: x, share: '${SHARE}', gate: {failures: '${COUNT}'}}, '${COUNT}'],"
    apply = load(f"{text} synchronous_commit: '${{OFF}}'}}").apply
    assert apply.waves == (
        WaveRule("smallest:2", count=2, smallest=True),
        WaveRule("x", share=0.25, gate=Gate(failures=3)),
        WaveRule("3", count=3),
    )
    assert apply.synchronous_commit == "off"


def test_an_environment_replaces_waves_whole_and_the_breaker_key_by_key(load: Load) -> None:
    text = """
apply: {waves: [5, rest], breaker: {same_in_a_row: 7, share: 20%}}
environments:
  ci: {apply: {breaker: {share: 50%}}}
  production: {apply: {waves: [tier=trial, 10%]}}
  demo: {apply: {waves: []}}
"""
    assert load(text, "ci").apply.breaker == BreakerConfig(7, 0.5)
    assert [wave.name for wave in load(text, "ci").apply.waves] == ["5", "rest"]
    assert [wave.name for wave in load(text, "production").apply.waves] == ["tier=trial", "10%"]
    assert load(text, "demo").apply.waves == ()


def test_settings_show_what_waves_say_and_not_what_they_leave_out(load: Load) -> None:
    text = (
        "apply: {waves: [5, {name: x, where: {tier: trial}, share: 10%, gate: {pause: 10min}}], breaker: {share: 5%}}"
    )
    found = [(one.key, one.value) for one in settings(load(text)) if one.key.startswith(("apply.waves", "apply.br"))]
    assert found == [
        ("apply.waves.0", "5"),
        ("apply.waves.1.name", "x"),
        ("apply.waves.1.where", {"tier": "trial"}),
        ("apply.waves.1.share", 0.1),
        ("apply.waves.1.gate.pause", 600.0),
        ("apply.breaker.same_in_a_row", 3),
        ("apply.breaker.share", 0.05),
    ]


def test_people_see_a_share_as_it_is_written(load: Load) -> None:
    lines = config_text(load("environments: {a: {apply: {waves: [5, {name: x, share: 10%}]}}}")).splitlines()
    shown = [" ".join(line.split()) for line in lines if line.startswith(("apply.waves", "apply.breaker.share"))]
    assert shown == [
        'apply.waves.0: "5" # environment a (sqlmig.yaml:1)',
        "apply.waves.1.name: x # environment a (sqlmig.yaml:1)",
        "apply.waves.1.share: 10% # environment a (sqlmig.yaml:1)",
        "apply.breaker.share: 10% # default",
    ]


FORMS = "10%, 5, smallest:5, tier=trial, acme,beta* or rest"
WAVE = f"a mapping, or one of the short forms {FORMS}"
DURATION = "a duration such as 500ms, 3s, 2min or 1h"


@pytest.mark.parametrize(
    ("said", "blamed", "message", "advice"),
    [
        ("waves: 5", "5", "apply.waves must be a list of waves, not the number 5", "write each behind a dash"),
        ("waves: {name: x}", "{", "apply.waves must be a list of waves, not a mapping", "write each behind a dash"),
        ("waves: [0]", "0]", f"apply.waves.0 must be {WAVE}, not the number 0", None),
        ("waves: [5, 110%]", "110", f'apply.waves.1 must be {WAVE}, not "110%"', None),
        ("waves: [[5]]", "[5", f"apply.waves.0 must be {WAVE}, not a list", None),
        ("waves: [true]", "true", f"apply.waves.0 must be {WAVE}, not true", None),
        ("waves: [~]", "~", "apply.waves.0 has no value", "give it a value, or leave it out"),
        ("waves: [{count: 5}]", "{count", "apply.waves.0 needs name", "add name: a text"),
        ("waves: [{name: x, cuont: 1}]", "cuont", "unknown key 'cuont' in apply.waves.0", "did you mean 'count'?"),
        (
            "waves: [{name: x, gate: {failure: 1}}]",
            "failure",
            "unknown key 'failure' in apply.waves.0.gate",
            "did you mean 'failures'?",
        ),
        (
            "waves: [{name: x, tenants: acme}]",
            "acme",
            'apply.waves.0.tenants must be a list of slugs or schemas, with * and ?, not "acme"',
            "write it in brackets: [one, two]",
        ),
        (
            "waves: [{name: x, tenants: []}]",
            "[]",
            "apply.waves.0.tenants is empty, which would choose every tenant",
            "name some, or leave it out",
        ),
        (
            "waves: [{name: x, where: {}}]",
            "{}",
            "apply.waves.0.where is empty, which would choose every tenant",
            "name a column, or leave it out",
        ),
        (
            "waves: [{name: x, where: tier}]",
            "tier",
            'apply.waves.0.where must be a mapping from columns of the registry to values, not "tier"',
            None,
        ),
        (
            "waves: [{name: x, where: {tier: {a: 1}}}]",
            "{a",
            "apply.waves.0.where compares a column with a mapping",
            "write a value, or a list of values",
        ),
        (
            "waves: [{name: x, where: {tier: []}}]",
            "[]",
            "apply.waves.0.where compares a column with no value",
            "write one, or several in brackets",
        ),
        (
            "waves: [{name: x, where: {country: no}}]",
            "no}",
            "this can be read in two ways",
            "write true or false, or put the text in quotes",
        ),
        (
            "waves: [{name: x, count: 0}]",
            "0}",
            "apply.waves.0.count must be a whole number from 1 to 1000000, not the number 0",
            None,
        ),
        (
            "waves: [{name: x, share: 10}]",
            "10}",
            "apply.waves.0.share must be a share such as 10%, not the number 10",
            "write 10%",
        ),
        (
            "waves: [{name: x, share: 0.1}]",
            "0.1",
            "apply.waves.0.share must be a share such as 10%, not the number 0.1",
            None,
        ),
        ("waves: [{name: x, share: 0%}]", "0%", 'apply.waves.0.share must be a share such as 10%, not "0%"', None),
        (
            "waves: [{name: x, count: 5, share: 10%}]",
            "share",
            "apply.waves.0 has both count and share, which exclude each other",
            "keep one of them",
        ),
        (
            "waves: [{name: x, smallest: true}]",
            "smallest",
            "apply.waves.0 takes the smallest tenants, and nothing says how many",
            "add count or share",
        ),
        (
            "waves: [{name: a, count: 1}, {name: b, count: 2}, {name: a, count: 3}]",
            "name: a, count: 3",
            "apply.waves.2 has the name of another wave",
            "give each its own",
        ),
        (
            "waves: [5, rest, 10%]",
            "rest",
            "apply.waves.1 takes every tenant that is left, so nothing remains for those behind it",
            "put it last, or say by tenants, where, count or share what it takes",
        ),
        (
            "waves: [{name: x, gate: {failures: most}}]",
            "most",
            'apply.waves.0.gate.failures must be a number of targets, or a share such as 2%, not "most"',
            None,
        ),
        (
            "waves: [{name: x, gate: {failures: 100%}}]",
            "100%",
            "apply.waves.0.gate.failures lets every target fail",
            "write a smaller share, or a number",
        ),
        (
            "waves: [{name: x, gate: {longest: 0}}]",
            "0}",
            "apply.waves.0.gate.longest may not be 0, which nothing keeps to",
            "leave it out for any time",
        ),
        (
            "waves: [{name: x, gate: {longest: 30}}]",
            "30}",
            f"apply.waves.0.gate.longest must be {DURATION}, not the number 30",
            "write the unit: 30s or 30ms",
        ),
        (
            "waves: [{name: x, gate: {verify: [/etc/x]}}]",
            "/etc",
            'apply.waves.0.gate.verify must be a list of files inside the project, not "/etc/x"',
            "write it relative to the folder of this file, with forward slashes",
        ),
        (
            "waves: [{name: x, gate: {verify: [sql/check.sql, sql/none.sql]}}]",
            "sql/none",
            'apply.waves.0.gate.verify names "sql/none.sql", which is not there',
            "create the file, or correct the path",
        ),
        (
            "breaker: {same_in_a_row: -1}",
            "-1",
            "apply.breaker.same_in_a_row must be a whole number from 0 to 1000000, not the number -1",
            None,
        ),
        (
            "breaker: {workers: 3}",
            "workers",
            "'workers' may not stand in apply.breaker",
            "move it into apply",
        ),
        ("synchronous_commit: false", "false", "apply.synchronous_commit must be on or off, not false", "write off"),
        ("synchronous_commit: local", "local", 'apply.synchronous_commit must be on or off, not "local"', None),
        (
            "per_target_transaction: on",
            "on",
            "this can be read in two ways",
            "write true or false, or put the text in quotes",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith(("waves", "breaker", "sync", "per")) else "",
)
def test_nonsense_is_told_with_its_place(load: Load, said: str, blamed: str, message: str, advice: str | None) -> None:
    line = f"apply: {{{said}}}"
    with pytest.raises(ConfigError) as caught:
        load(line)
    (problem,) = caught.value.problems
    assert (problem.message, problem.next) == (message, advice)
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (1, line.rindex(blamed) + 1)


def test_an_environment_that_is_not_in_force_is_judged_too(load: Load) -> None:
    with pytest.raises(ConfigError, match=r"environments.b.apply.waves.0 must be a mapping, or"):
        load("environments: {a: {}, b: {apply: {waves: [0%]}}}", "a")


def test_a_variable_that_holds_nonsense_is_not_repeated(load: Load) -> None:
    with pytest.raises(ConfigError) as caught:
        load("apply: {waves: [{name: x, share: '${WAVE}'}]}")
    assert caught.value.problems[0].message == "apply.waves.0.share must be a share such as 10%, not ${WAVE}"


def test_the_example_on_the_page_loads(load: Load) -> None:
    assert [wave.name for wave in load(WAVES_EXAMPLE).apply.waves] == ["trial", "first", "rest"]


@pytest.mark.parametrize(
    ("text", "value"), [("10%", 0.1), ("2.5%", 0.025), ("100%", 1.0), ("0.125%", 0.00125), ("007%", 0.07)]
)
def test_a_share_is_a_number_that_is_shown_in_percent(text: str, value: float) -> None:
    assert share(text) == value
    assert share(str(share(text))) == value


@pytest.mark.parametrize("text", ["", "%", "0%", "101%", "-1%", "10", "10 %", "1e1%", "1.%", "0.0001%", "nan%"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"needs a share above 0% and up to 100%, not '{text}'"):
        share(text)


def test_a_share_is_shown_without_the_rounding_errors_of_floats() -> None:
    assert [str(Share(part)) for part in (0.1, 0.07, 0.29, 1 / 3, 1.0)] == ["10%", "7%", "29%", "33.333%", "100%"]


@pytest.mark.parametrize(
    ("part", "whole", "count"), [(0.1, 30, 3), (0.1, 31, 4), (0.07, 100, 7), (1.0, 9, 9), (0.5, 0, 0)]
)
def test_a_share_of_a_whole_is_rounded_up(part: float, whole: int, count: int) -> None:
    assert share_of(part, whole) == count
