"""The manifests are what Kubernetes accepts, say what sqlmig's exit statuses mean, and their commands run."""

from __future__ import annotations

import contextlib
import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

import servers
import shop
from commandline import Cli
from sqlmig import errors
from sqlmig.plan.results import Outcome, RunResult, TargetResult
from sqlmig.plan.values import Plan

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
FILES = sorted(FOLDER.glob("*.yaml"))
OLDEST = "1.34"
"""The first version in which every field here is stable; docs/kubernetes.md says the same."""

Manifest = dict[str, Any]


def manifest(name: str) -> Manifest:
    loaded = yaml.safe_load((FOLDER / name).read_text())
    assert isinstance(loaded, dict)
    return loaded


def job_of(document: Manifest) -> Manifest:
    """What a Job says, and what a CronJob says of its jobs."""
    spec: Manifest = document["spec"]
    return spec["jobTemplate"]["spec"] if document["kind"] == "CronJob" else spec


def pod_of(document: Manifest) -> Manifest:
    pod: Manifest = job_of(document)["template"]["spec"]
    return pod


def containers(pod: Manifest) -> list[Manifest]:
    return [*pod.get("initContainers", []), *pod["containers"]]


def sqlmig(document: Manifest) -> Manifest:
    [container] = pod_of(document)["containers"]
    assert container["name"] == "sqlmig"
    return container


def codes(document: Manifest) -> dict[str, list[int]]:
    """The exit statuses of each action; each rule is about sqlmig's container alone."""
    found: dict[str, list[int]] = {}
    for rule in job_of(document)["podFailurePolicy"]["rules"]:
        if exits := rule.get("onExitCodes"):
            assert (exits["containerName"], exits["operator"]) == ("sqlmig", "In")
            assert exits["values"] == sorted(set(exits["values"])), "Kubernetes wants them sorted, each once"
            found.setdefault(rule["action"], []).extend(exits["values"])
    return found


def statuses_of_a_run() -> set[int]:
    """Every exit status that a run, or an error, may end with; 0 is no failure."""
    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.SqlmigError)]
    outcomes = (RunResult(None, Plan((), (), ()), (_ended(outcome),)).exit_status for outcome in Outcome)
    return {cls.exit_status for cls in classes} | set(outcomes) - {0}


def _ended(outcome: Outcome) -> TargetResult:
    return TargetResult(None, outcome)  # type: ignore[arg-type]  # only the outcome counts


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_published_schema_accepts_every_field(file):
    assert kubernetes_validate.validate(manifest(file.name), OLDEST, strict=True) == OLDEST


def test_a_field_that_there_is_not_would_be_found():
    wrong = copy.deepcopy(manifest("apply-job.yaml"))
    wrong["spec"]["template"]["spec"]["containers"][0]["imagePullPolice"] = "Always"
    with pytest.raises(kubernetes_validate.ValidationError, match="imagePullPolice"):
        kubernetes_validate.validate(wrong, OLDEST, strict=True)


@pytest.mark.parametrize(("name", "final"), [("apply-job.yaml", "FailIndex"), ("pre-deploy-job.yaml", "FailJob")])
def test_what_another_try_may_settle_is_tried_again_and_nothing_else(name, final):
    refused = {errors.Refused.exit_status, errors.SqlmigError.exit_status, errors.MigrationFailed.exit_status}
    again = {errors.LockNotObtained.exit_status, errors.Interrupted.exit_status}
    found = codes(manifest(name))
    assert {action: set(values) for action, values in found.items()} == {final: refused, "Count": again}
    assert refused | again == statuses_of_a_run()


def test_the_look_at_the_fleet_is_not_repeated_when_it_has_an_answer():
    assert codes(manifest("status-cronjob.yaml")) == {
        "FailJob": [errors.Refused.exit_status],
        "Count": [errors.SqlmigError.exit_status],
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_pod_that_its_node_took_away_is_no_failure(file):
    first = job_of(manifest(file.name))["podFailurePolicy"]["rules"][0]
    assert first == {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_the_schema_does_not_know_of_a_failure_policy(file):
    document = manifest(file.name)
    assert pod_of(document)["restartPolicy"] == "Never"
    assert job_of(document)["podReplacementPolicy"] == "Failed"
    indexed = job_of(document).get("completionMode") == "Indexed"
    assert ("backoffLimitPerIndex" in job_of(document), "backoffLimit" in job_of(document)) == (indexed, not indexed)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_pods_keep_to_the_restricted_standard(file):
    pod = pod_of(manifest(file.name))
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == int(re.search(r"USER (\d+)", dockerfile())[1])
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in containers(pod):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"requests", "limits"} <= container["resources"].keys()


def dockerfile() -> str:
    return (FOLDER.parent / "Dockerfile").read_text()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_secret_stands_in_a_manifest(file):
    for container in containers(pod_of(manifest(file.name))):
        for variable in container["env"]:
            assert "URL" not in variable["name"] or "secretKeyRef" in variable["valueFrom"]
    assert "://" not in re.sub(r"#.*", "", file.read_text())


def test_whoever_is_stopped_has_the_time_to_stop():
    for name in ("apply-job.yaml", "pre-deploy-job.yaml"):
        # More than a statement is given to be cancelled in, and more than a dead client's locks stay.
        assert pod_of(manifest(name))["terminationGracePeriodSeconds"] >= 60


# --- the commands, as the pods run them ---


@pytest.fixture
def databases(server: servers.Server) -> Iterator[list[str]]:
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(servers.fresh_database(server)).url for _ in range(3)]


def pods(document: Manifest, container: Manifest) -> list[list[str]]:
    """What each index of a Job runs."""
    count = job_of(document).get("completions", 1)
    return [[a.replace("$(JOB_COMPLETION_INDEX)", str(index)) for a in container["args"]] for index in range(count)]


def production(folder: Path, databases: str) -> None:
    config = shop.CONFIG.replace("  prod: {apply: {attempts: 3}}\n", f"  production: {{{databases}}}\n")
    for name, text in {**shop.FILES, "sqlmig.yaml": config}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def test_the_indexes_of_the_job_bring_every_database_up_and_the_cron_job_sees_it(tmp_path, databases):
    names = {"EU1_URL": "eu-1", "EU2_URL": "eu-2", "US1_URL": "us-1"}
    listed = ", ".join(f'{name}: {{database_url: "${{{variable}}}"}}' for variable, name in names.items())
    production(tmp_path, f"databases: {{{listed}}}")
    cli, urls = Cli(tmp_path, ""), dict(zip(names, databases, strict=True))
    environment = {"SQLMIG_DATABASE_URL": None, "SQLMIG_ENV": "production", **urls}
    status = sqlmig(manifest("status-cronjob.yaml"))["args"]
    assert cli(*status, env=environment).returncode == 1

    document = manifest("apply-job.yaml")
    for container in containers(pod_of(document)):
        for words in pods(document, container):
            ended = cli(*words, env=environment)
            assert ended.returncode == 0, ended.stderr
    assert "3 databases: 3 done" in cli(*status, env=environment).stdout

    with_a_fourth = (tmp_path / "sqlmig.yaml").read_text().replace("eu-1:", "eu-0: {database_url: service=x}, eu-1:")
    (tmp_path / "sqlmig.yaml").write_text(with_a_fourth)
    ended = cli(*pods(document, sqlmig(document))[0], env=environment)
    assert ended.returncode == 2
    assert "--database-index counts 3 databases, and the configuration lists 4" in ended.stderr


def test_the_job_before_a_release_brings_its_database_up(tmp_path, databases):
    production(tmp_path, "")
    document = manifest("pre-deploy-job.yaml")
    cli = Cli(tmp_path, databases[0])
    for container in containers(pod_of(document)):
        assert {variable["name"] for variable in container["env"]} == {
            "SQLMIG_ENV",
            "SQLMIG_ACTOR",
            "SQLMIG_DATABASE_URL",
        }
        for words in pods(document, container):
            ended = cli(*words, env={"SQLMIG_ENV": "production"})
            assert ended.returncode == 0, ended.stderr
    assert cli("status", "--check", env={"SQLMIG_ENV": "production"}).returncode == 0
