"""Repeatables of kinds of tenants, as they are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from sqlmig.errors import ProjectError
from sqlmig.project.config.load import load_config
from sqlmig.project.load import ProjectFiles, load_files
from sqlmig.project.model import Tenant

YAML = """\
tracks:
  first: {path: sql/first, scope: tenant}
  last: {path: sql/last, scope: tenant}
tenants: {query: SELECT 1}
lifecycle:
  template_column: tier
  templates:
    trial: {repeatables: sql/trial}
    enterprise: {repeatables: sql/big}
    partner: {repeatables: sql/big}
    plain: {}
"""
FILES = {
    "sqlmig.yaml": YAML,
    "sql/first/0001_a.up.sql": "SELECT 1;",
    "sql/first/0001_a.down.sql": "SELECT 1;",
    "sql/last/repeatable/view.sql": "SELECT 2;",
    "sql/trial/limits.sql": "-- sqlmig: after view\nSELECT 3;",
    "sql/trial/limits.down.sql": "SELECT 4;",
    "sql/big/b.sql": "SELECT 5;",
    "sql/big/a.sql": "-- sqlmig: after b\nSELECT 6;",
}


def load(root: Path, **changed: str | None) -> ProjectFiles:
    for name, text in (FILES | changed).items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if text is not None:
            file.write_text(text)
    return load_files(load_config(root / "sqlmig.yaml", environ={}))


def tenant(tier: str | None) -> Tenant:
    return Tenant("1", "acme", "tenant_acme", {"tier": tier})


@pytest.mark.parametrize(
    ("tier", "first", "last"),
    [
        ("trial", [], ["view", "limits"]),
        ("enterprise", [], ["view", "b", "a"]),
        ("partner", [], ["view", "b", "a"]),
        ("plain", [], ["view"]),
        (None, [], ["view"]),
    ],
)
def test_the_last_tenant_track_has_them_behind_its_own(tmp_path, tier, first, last):
    files = load(tmp_path)
    names = [[one.name for one in files.track_for(name, tenant(tier)).repeatables] for name in ("first", "last")]
    assert names == [first, last]
    assert [one.name for one in files.tenant_tracks[1].repeatables] == ["view"], "the track itself is as it was"
    assert [m.version for m in files.track_for("first", tenant(tier)).migrations] == [1]


def test_a_folder_that_kinds_share_is_read_once(tmp_path):
    files = load(tmp_path)
    assert [part.path for part in files.parts_of_kinds] == ["sql/trial", "sql/big"]
    assert files.of_kinds["enterprise"] is files.of_kinds["partner"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param(
            {"sql/trial/view.sql": "SELECT 7;"},
            "sql/trial/view.sql: has the name of sql/last/repeatable/view.sql, which runs too",
            id="a name of the track",
        ),
        pytest.param(
            {"sql/trial/x.sql": "-- sqlmig: after limit\nSELECT 7;"},
            "sql/trial/x.sql: is after 'limit', which is no repeatable of this track; did you mean 'limits'?",
            id="after what there is not",
        ),
        pytest.param(
            {"sql/trial/x.sql": "-- sqlmig: requires core 1\nSELECT 7;"},
            "sql/trial/x.sql: requires track 'core'; known: first, last",
            id="requires what there is not",
        ),
        pytest.param(
            {"sql/trial/x.down.sql": "SELECT 7;"},
            "sql/trial/x.down.sql: has no x.sql beside it",
            id="a down file alone",
        ),
        pytest.param(
            {
                "sqlmig.yaml": "tracks: {main: {path: sql/first, scope: shared, schema: core}}\n"
                "lifecycle: {templates: {trial: {repeatables: sql/trial}}}\n"
            },
            "sqlmig.yaml:2:46: lifecycle.templates.trial.repeatables is for tenants, and there is no tenant track",
            id="no tenant track",
        ),
    ],
)
def test_what_is_wrong_is_told_with_everything_else(tmp_path, changed, said):
    with pytest.raises(ProjectError) as caught:
        load(tmp_path, **changed)
    assert [f"{problem.place}: {problem.message}" for problem in caught.value.problems] == [said]
