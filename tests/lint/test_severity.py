"""How bad a lock is: its mode, a scan or a rewrite under it, and whose table it is on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sqlmig.lint.settings import Settings
from sqlmig.lint.severity import MANY, severity_of
from sqlmig.lint.values import Severity
from sqlmig.project.config.lint import LintConfig
from sqlmig.project.config.values import ApplyConfig
from sqlmig.project.model import Scope
from sqlmig.sql.effects import Effect
from sqlmig.sql.locktable import LockMode
from sqlmig.sql.reader import Name

TABLE, OTHER, INDEX = Name("tenant_acme", "deals"), Name("platform", "plans"), Name("tenant_acme", "deals_idx")
SETTINGS = Settings(postgres=15, lint=LintConfig(tenants=MANY), apply=ApplyConfig())
NONE, INFO, WARNING, ERROR = None, Severity.INFO, Severity.WARNING, Severity.ERROR

MODES = [
    # mode, for a moment, with a scan or a rewrite
    (LockMode.ACCESS_SHARE, NONE, NONE),
    (LockMode.ROW_SHARE, NONE, NONE),
    (LockMode.ROW_EXCLUSIVE, NONE, NONE),
    (LockMode.SHARE_UPDATE_EXCLUSIVE, NONE, INFO),
    (LockMode.SHARE, WARNING, ERROR),
    (LockMode.SHARE_ROW_EXCLUSIVE, WARNING, ERROR),
    (LockMode.EXCLUSIVE, WARNING, ERROR),
    (LockMode.ACCESS_EXCLUSIVE, WARNING, ERROR),
]


def severity(
    locks: dict[Name, LockMode],
    *,
    long: frozenset[Name] = frozenset(),
    new: frozenset[Name] = frozenset(),
    shared: frozenset[Name] = frozenset(),
    scope: Scope = Scope.TENANT,
    settings: Settings = SETTINGS,
) -> Severity | None:
    """How bad these locks are; a rewrite weighs as a scan does."""
    scanning, rewriting = (
        severity_of(effect, new.__contains__, settings, shared=shared.__contains__, scope=scope)
        for effect in (Effect(locks=locks, scans=long), Effect(locks=locks, rewrites=long))
    )
    assert scanning is rewriting
    return scanning


def with_lint(**changes: object) -> Settings:
    return replace(SETTINGS, lint=replace(SETTINGS.lint, **changes))


@pytest.mark.parametrize(("mode", "moment", "long"), MODES, ids=lambda value: getattr(value, "name", None))
def test_the_mode_and_how_long_it_is_held(mode, moment, long):
    assert severity({TABLE: mode}) is moment
    assert severity({TABLE: mode}, long=frozenset({TABLE})) is long
    assert severity({TABLE: mode}, long=frozenset({OTHER})) is moment


@pytest.mark.parametrize(("mode", "moment", "long"), MODES, ids=lambda value: getattr(value, "name", None))
def test_a_new_table_keeps_nobody_waiting(mode, moment, long):
    assert severity({TABLE: mode}, long=frozenset({TABLE}), new=frozenset({TABLE})) is None


MILDER = {None: None, INFO: INFO, WARNING: INFO, ERROR: WARNING}
WORSE = {None: None, INFO: WARNING, WARNING: ERROR, ERROR: ERROR}


@pytest.mark.parametrize(("mode", "moment", "long"), MODES, ids=lambda value: getattr(value, "name", None))
def test_a_small_table_is_one_step_milder_and_never_nothing(mode, moment, long):
    small = with_lint(small_tables=("deals",))
    assert severity({TABLE: mode}, settings=small) is MILDER[moment]
    assert severity({TABLE: mode}, long=frozenset({TABLE}), settings=small) is MILDER[long]


@pytest.mark.parametrize(("mode", "moment", "long"), MODES, ids=lambda value: getattr(value, "name", None))
def test_a_table_that_many_tenants_lock_in_turn_is_one_step_worse(mode, moment, long):
    shared = frozenset({TABLE})
    assert severity({TABLE: mode}, shared=shared) is WORSE[moment]
    assert severity({TABLE: mode}, long=frozenset({TABLE}), shared=shared) is WORSE[long]


@pytest.mark.parametrize(
    ("tenants", "scope", "shared", "expected"),
    [
        (MANY, Scope.TENANT, True, ERROR),
        (MANY - 1, Scope.TENANT, True, WARNING),
        (1, Scope.TENANT, True, WARNING),
        (MANY, Scope.SHARED, True, WARNING),
        (MANY, Scope.TENANT, False, WARNING),
    ],
    ids=["many", "one fewer", "one", "on a shared track", "of one tenant"],
)
def test_it_is_worse_only_where_each_of_many_tenants_repeats_it(tenants, scope, shared, expected):
    found = severity(
        {TABLE: LockMode.ACCESS_EXCLUSIVE},
        shared=frozenset({TABLE} if shared else ()),
        scope=scope,
        settings=with_lint(tenants=tenants),
    )
    assert found is expected


def test_small_and_shared_make_up_for_each_other():
    settings = with_lint(small_tables=("platform.plans",))
    assert severity({OTHER: LockMode.SHARE}, shared=frozenset({OTHER}), settings=settings) is WARNING


def test_the_worst_of_several_tables_counts():
    locks = {TABLE: LockMode.ACCESS_EXCLUSIVE, OTHER: LockMode.SHARE, INDEX: LockMode.ACCESS_SHARE}
    assert severity(locks) is WARNING
    assert severity(locks, long=frozenset({OTHER})) is ERROR
    assert severity(locks, long=frozenset({OTHER}), new=frozenset({OTHER})) is WARNING
    assert severity(locks, new=frozenset({TABLE, OTHER})) is None


def test_without_a_lock_nobody_waits():
    assert severity({}) is None
    assert severity({}, long=frozenset({TABLE})) is None
