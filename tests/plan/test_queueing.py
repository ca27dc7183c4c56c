"""What decides about jobs: tables of values."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sqlmig.plan.queued import Ending, FleetJob, JobState, Manifest, QueuedJob, ReadBack
from sqlmig.plan.queueing import (
    MOST_ATTEMPTS,
    arguments_of,
    at_goal,
    differences,
    is_known,
    job_of,
    manifest_id,
    newest_of_each,
    pause_before_retry,
    read_back,
)

HERE = Manifest({"platform": "p1"}, {"tenant": "t2", "extra": "e1"}, "s", "prod")
OLD = replace(HERE, tenant={"tenant": "t1", "extra": "e1"})
CURRENT = {("tenant", "1"): "t2", ("extra", "1"): "e1"}
ONE = {"1": None}
"""The kinds of the tenants, by id."""
KINDS = replace(HERE, kinds={"trial": {"extra": "e2"}})


def job(number: int, key: str = "1", state: JobState = JobState.WAITING, manifest: Manifest = HERE) -> QueuedJob:
    return QueuedJob(number, FleetJob(key, f"tenant_{key}", manifest, "ada", None, None), state, 0)


def test_a_job_comes_out_of_the_queue_as_it_went_in():
    made = FleetJob("7", "tenant_acme", HERE, "ada", "c0ffee", "release 7")
    kept = json.loads(json.dumps(arguments_of(made)))
    assert is_known(kept)
    assert job_of(kept) == made


def test_a_job_for_kinds_of_tenants_has_a_form_that_an_older_sqlmig_leaves_alone():
    kept = json.loads(json.dumps(arguments_of(job(1, manifest=KINDS).job)))
    assert (kept["format"], is_known(kept), job_of(kept)) == (2, True, job(1, manifest=KINDS).job)
    plain = arguments_of(job(1).job)
    assert (plain["format"], "kinds" in plain["manifest"]) == (1, False)


def test_a_job_in_a_newer_form_is_not_known():
    assert not is_known({**arguments_of(job(1).job), "format": 3})


@pytest.mark.parametrize(
    ("here", "said"),
    [
        pytest.param(HERE, (), id="equal"),
        pytest.param(OLD, ("the files of track tenant",), id="a track with other files"),
        pytest.param(
            replace(HERE, tenant={"tenant": "t2"}), ("the files of track extra",), id="a track that is missing"
        ),
        pytest.param(replace(HERE, shared={"platform": "p2"}), ("the files of track platform",), id="a shared track"),
        pytest.param(replace(HERE, settings="x"), ("variables or search_path",), id="other variables"),
        pytest.param(KINDS, ("the files of kind trial",), id="a kind of tenants with files of its own"),
        pytest.param(
            replace(HERE, environment=None), ("the environment (prod, here none)",), id="without the environment"
        ),
    ],
)
def test_what_is_not_the_same_is_named_and_has_another_queue(here, said):
    assert differences(HERE, here) == said
    assert (manifest_id(HERE) == manifest_id(here)) is (not said)


@pytest.mark.parametrize(
    ("ending", "attempts", "chance", "pause"),
    [
        pytest.param(Ending.BUSY, 0, 1.0, 2.0, id="blocked for the first time"),
        pytest.param(Ending.BUSY, 0, 0.0, 1.0, id="half of it at least"),
        pytest.param(Ending.LOST, 3, 1.0, 16.0, id="the pause doubles"),
        pytest.param(Ending.LOST, 8, 1.0, 60.0, id="up to a minute"),
        pytest.param(Ending.BUSY, MOST_ATTEMPTS - 1, 1.0, None, id="the last attempt"),
        pytest.param(Ending.STOPPED, MOST_ATTEMPTS + 5, 1.0, 0.0, id="a stop uses nothing up"),
        pytest.param(Ending.FAILED, 0, 1.0, None, id="what failed would fail again"),
        pytest.param(Ending.REFUSED, 0, 1.0, None, id="what was refused would be refused again"),
        pytest.param(Ending.GONE, 0, 1.0, None, id="a tenant that is gone"),
        pytest.param(Ending.DONE, 0, 1.0, None, id="done"),
    ],
)
def test_when_a_job_is_tried_again(ending, attempts, chance, pause):
    assert pause_before_retry(ending, attempts, chance) == pause


def test_the_newest_job_speaks_for_its_target():
    first, second, other = job(1, state=JobState.FAILED), job(3), job(2, key="2")
    withdrawn = job(4, state=JobState.WITHDRAWN)
    assert newest_of_each([second, withdrawn, other, first]) == (other, second)


@pytest.mark.parametrize(
    ("one", "tenants", "digests", "found"),
    [
        pytest.param(job(1), ONE, CURRENT, ReadBack(there=("tenant_1",)), id="at the goal"),
        pytest.param(job(1, state=JobState.SUCCEEDED), ONE, {}, ReadBack(behind=("tenant_1",)), id="only said to be"),
        pytest.param(job(1), ONE, {("tenant", "1"): "t2"}, ReadBack(behind=("tenant_1",)), id="one track behind"),
        pytest.param(job(1), {}, {}, ReadBack(gone=("tenant_1",)), id="dropped"),
        pytest.param(
            job(1, state=JobState.FAILED),
            ONE,
            CURRENT,
            ReadBack(there=("tenant_1",)),
            id="failed, and mended by hand",
        ),
        pytest.param(
            job(1, manifest=OLD), ONE, CURRENT, ReadBack(there=("tenant_1",)), id="an old job, and these files did it"
        ),
        pytest.param(job(1, manifest=OLD), ONE, {}, ReadBack(behind=("tenant_1",)), id="waits for other files"),
        pytest.param(job(1, state=JobState.SUCCEEDED, manifest=OLD), ONE, {}, ReadBack(), id="an old job that is over"),
    ],
)
def test_where_targets_are(one, tenants, digests, found):
    assert read_back([one], HERE, tenants, digests) == found


def test_a_tenant_that_is_held_at_a_version_is_where_it_should_be():
    one = job(1, state=JobState.SUCCEEDED)
    assert read_back([one], HERE, ONE, {}) == ReadBack(behind=("tenant_1",))
    assert read_back([one], HERE, ONE, {}, {"1"}) == ReadBack(there=("tenant_1",))


@pytest.mark.parametrize(
    ("kind", "digest", "wanted"),
    [
        pytest.param("trial", "e2", True, id="what its kind has"),
        pytest.param("trial", "e1", False, id="what others have"),
        pytest.param("enterprise", "e1", True, id="a kind without files of its own"),
        pytest.param(None, "e1", True, id="no kind"),
        pytest.param(None, "e2", False, id="no kind, and what a kind has"),
    ],
)
def test_a_goal_is_that_of_the_tenant_s_kind(kind, digest, wanted):
    digests = {("tenant", "1"): "t2", ("extra", "1"): digest}
    assert at_goal("1", KINDS, digests, kind) is wanted
    found = read_back([job(1, manifest=KINDS)], KINDS, {"1": kind}, digests)
    assert found == (ReadBack(there=("tenant_1",)) if wanted else ReadBack(behind=("tenant_1",)))


def test_a_manifest_without_tenant_files_is_reached_by_everybody():
    assert at_goal("1", replace(HERE, tenant={}), {})
