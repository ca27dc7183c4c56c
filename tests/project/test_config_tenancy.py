"""The keys of tenants' lives, backups and the doctor: what they come to, and what people are told of nonsense."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sqlmig.errors import ConfigError
from sqlmig.project.config.backup import BackupConfig, KeepConfig, UndoConfig
from sqlmig.project.config.doctor import DoctorConfig, DoctorIgnore
from sqlmig.project.config.load import load_config
from sqlmig.project.config.origin import Unset
from sqlmig.project.config.tenancy import LifecycleConfig, TemplateConfig, application_role
from sqlmig.project.config.values import ApplyConfig, Config
from sqlmig.report.config import config_json, config_text
from sqlmig.secret import Secret

TRACK = "tracks: {main: {path: sql/main, scope: shared, schema: app}}"
PUBLIC_KEY = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
ENVIRON = {"BUCKET": "s3://key:hunter2@bucket/backups", "WORDS": "hunter2 hunter2"}
LIFECYCLE = """
lifecycle:
  path: sql/life
  template_column: plan
  default_template: trial
  templates:
    trial: {seed: [seed/base.sql, seed/trial.sql]}
    enterprise: {repeatables: sql/extra, variables: {seats: 500, regions: [eu, us]}}
    partner: {repeatables: sql/extra}
"""

Load = Callable[..., Config]
Told = Callable[[str], str]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    for folder in ("main", "life/seed", "extra", "other"):
        (tmp_path / "sql" / folder).mkdir(parents=True)
    for file in ("base", "trial"):
        (tmp_path / "sql/life/seed" / f"{file}.sql").touch()

    def load(text: str, environment: str | None = None) -> Config:
        file = tmp_path / "sqlmig.yaml"
        file.write_text(f"{text}\n{TRACK}\n", encoding="utf-8")
        return load_config(file, environment=environment, environ=ENVIRON)

    return load


@pytest.fixture
def told(load: Load) -> Told:
    """What people are told of a text that has problems."""

    def told(text: str) -> str:
        with pytest.raises(ConfigError) as caught:
            load(text)
        assert "hunter2" not in str(caught.value)
        return str(caught.value)

    return told


def test_without_a_word_nothing_is_backed_up_and_nothing_copied(load: Load) -> None:
    config = load("lifecycle:\nbackup:\nundo:\ndoctor:")
    assert config.lifecycle == LifecycleConfig("sql/lifecycle", (), None, None)
    assert config.backup == BackupConfig(None, (), None, "gzip", 2, KeepConfig(7, 4, 12), "30s")
    assert config.undo == UndoConfig(below=0, keep="7d")  # type: ignore[arg-type] # 0 is the size 0
    assert config.doctor == DoctorConfig("error", (), 5)
    assert (config.apply.backup, config.apply.restore_point) == ("none", True)


def test_kinds_of_tenants_keep_their_order_and_may_share_repeatables(load: Load) -> None:
    assert load(LIFECYCLE).lifecycle == LifecycleConfig(
        "sql/life",
        (
            TemplateConfig("trial", ("seed/base.sql", "seed/trial.sql")),
            TemplateConfig("enterprise", (), "sql/extra", {"seats": 500, "regions": ("eu", "us")}),
            TemplateConfig("partner", (), "sql/extra"),
        ),
        "plan",
        "trial",
    )


def test_a_plain_text_is_the_folder_of_the_lifecycle(load: Load) -> None:
    config = load("lifecycle: sql/life")
    assert config.lifecycle == LifecycleConfig("sql/life")
    assert str(config.sources["lifecycle.path"]) == "sqlmig.yaml:1"


def test_an_environment_may_name_another_folder_in_the_plain_form_and_keep_the_templates(load: Load) -> None:
    text = "lifecycle: {path: sql/other, templates: {trial: {}}}\nenvironments: {demo: {lifecycle: sql/life}}"
    assert load(text, "demo").lifecycle == LifecycleConfig("sql/life", (TemplateConfig("trial"),))


def test_an_environment_may_add_to_a_plain_folder(load: Load) -> None:
    text = "lifecycle: sql/life\nenvironments: {demo: {lifecycle: {templates: {trial: {seed: [seed/trial.sql]}}}}}"
    assert load(text, "demo").lifecycle == LifecycleConfig("sql/life", (TemplateConfig("trial", ("seed/trial.sql",)),))


def test_all_of_a_backup_can_be_said(load: Load) -> None:
    text = f"""
apply: {{backup: canaries, restore_point: false}}
backup:
  url: ${{BUCKET}}
  recipients: [{PUBLIC_KEY}]
  compression: zstd
  workers: 8
  keep: {{daily: 14, weekly: 0}}
  lock_timeout: 5s
undo: {{below: 10MB, keep: 30d}}
"""
    config = load(text)
    url = Secret(ENVIRON["BUCKET"])
    assert config.backup == BackupConfig(url, (PUBLIC_KEY,), None, "zstd", 8, KeepConfig(14, 0, 12), "5s")
    assert (config.undo.below, config.undo.keep) == (10 * 1024 * 1024, "30d")
    assert config.apply == ApplyConfig(backup="canaries", restore_point=False)


def test_a_variable_of_a_backup_may_be_missing_until_it_is_needed(load: Load) -> None:
    backup = load("backup: {url: '${NOT_THERE}', passphrase: '${NOR_THIS}'}").backup
    assert isinstance(backup.url, Unset)
    assert isinstance(backup.passphrase, Unset)
    assert [problem.message for problem in (*backup.url.problems, *backup.passphrase.problems)] == [
        "the environment variable NOT_THERE is not set",
        "the environment variable NOR_THIS is not set",
    ]


def test_a_listing_of_the_configuration_shows_no_passphrase(load: Load) -> None:
    config = load("backup: {url: '${BUCKET}', passphrase: '${WORDS}'}\nundo: {below: 10MB}")
    text, shown = config_text(config), json.dumps(config_json(config))
    assert "hunter2" not in text + shown + repr(config)
    assert [
        " ".join(line.split()) for line in text.splitlines() if line.startswith(("backup.u", "backup.p", "undo.b"))
    ] == [
        "backup.url: s3://key:***@bucket/backups # sqlmig.yaml:1, variable ${BUCKET}",
        "backup.passphrase: *** # sqlmig.yaml:1, variable ${WORDS}",
        "undo.below: 10MB # sqlmig.yaml:2",
    ]


def test_what_the_doctor_accepts_has_its_reason(load: Load) -> None:
    text = """
doctor:
  fail_on: note
  probe_tenants: 20
  ignore:
    - {check: rls-missing, object: "tenant_*.countries", reason: the same rows for everybody}
    - {check: unused-index, reason: the replica uses them}
"""
    config = load(text)
    assert config.doctor == DoctorConfig(
        "note",
        (
            DoctorIgnore("rls-missing", "the same rows for everybody", "tenant_*.countries"),
            DoctorIgnore("unused-index", "the replica uses them", "*"),
        ),
        20,
    )
    assert "doctor.ignore.1.reason:" in config_text(config)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("", None),
        ("lint: {app_roles: [deal_app, deal_web]}", "deal_app"),
        ("lint: {app_roles: [deal_app]}\ntenants: {schemas: 't_*', application_role: web}", "web"),
        ("tenants: {schemas: 't_*'}", None),
    ],
    ids=["nothing is said", "the first of those that row level security binds", "its own key", "tenants alone"],
)
def test_the_role_of_the_application(load: Load, text: str, role: str | None) -> None:
    assert application_role(load(text)) == role


def test_a_track_may_run_as_another_role(load: Load) -> None:
    config = load("environments: {demo: {tracks: {main: {run_as: deal_owner}}}}", "demo")
    assert config.tracks[0].run_as == "deal_owner"


WRONG = {
    "a lifecycle that is a list": (
        "lifecycle: [a]",
        "1:12: lifecycle must be a mapping of keys to values, not a list",
        None,
    ),
    "a lifecycle that is a number": (
        "lifecycle: 3",
        "1:12: lifecycle.path must be a folder inside the project, not the number 3",
        "write '3', in quotes",
    ),
    "a lifecycle out of the project": (
        "lifecycle: /etc",
        '1:12: lifecycle.path must be a folder inside the project, not "/etc"',
        "write it relative to the folder of this file",
    ),
    "an unknown key of the lifecycle": (
        "lifecycle: {template: {}}",
        "1:13: unknown key 'template' in lifecycle",
        "did you mean 'templates'?",
    ),
    "a template that is not there": (
        "lifecycle: {templates: {trial: {}}, default_template: trail}",
        "1:37: lifecycle.default_template names 'trail', which is no template",
        "did you mean 'trial'?",
    ),
    "a template's name": (
        "lifecycle: {templates: {Trial: {}}}",
        (
            "1:25: lifecycle.templates: a name must be lower-case letters, digits, _ and -, and begin with a letter,"
            " and 'Trial' is not"
        ),
        None,
    ),
    "a seed that is not there": (
        "lifecycle: {path: sql/life, templates: {trial: {seed: [seed/none.sql]}}}",
        '1:56: lifecycle.templates.trial.seed names "seed/none.sql", and there is no "sql/life/seed/none.sql"',
        "create the file, or correct the path",
    ),
    "repeatables that are not there": (
        "lifecycle: {templates: {trial: {repeatables: sql/none}}}",
        '1:33: lifecycle.templates.trial.repeatables is "sql/none", which is not there',
        "create the folder, or correct the path",
    ),
    "repeatables in a track's folder": (
        "lifecycle: {templates: {trial: {repeatables: sql/main}}}",
        "1:33: lifecycle.templates.trial.repeatables is the folder of tracks.main.path too",
        "give each a folder of its own",
    ),
    "a role that is none": (
        "tenants: {schemas: 't_*', application_role: none}",
        "1:45: tenants.application_role is none, which SET ROLE reads as no role at all",
        "leave it out",
    ),
    "a role whose name is cut": (
        f"tenants: {{schemas: 't_*', application_role: {'x' * 64}}}",
        "1:45: tenants.application_role is longer than a name may be, 63 bytes",
        None,
    ),
    "a choice": (
        "apply: {backup: canary}",
        '1:17: apply.backup must be none, required, canaries or destructive, not "canary"',
        "did you mean 'canaries'?",
    ),
    "a private key": (
        "backup: {recipients: [AGE-SECRET-KEY-1hunter2]}",
        "1:23: backup.recipients holds a private key",
        "write the public key that `age-keygen -y` gives for it, and keep the private one elsewhere",
    ),
    "no key at all": (
        "backup: {recipients: [age1]}",
        "1:23: backup.recipients must hold age public keys, which begin with age1",
        "write those that `age-keygen` printed",
    ),
    "two ways to encrypt": (
        f"backup: {{recipients: [{PUBLIC_KEY}], passphrase: hunter2}}",
        "1:88: backup has both recipients and passphrase, which exclude each other",
        "keep one of them",
    ),
    "a passphrase that is a number": (
        "backup: {passphrase: 4711}",
        "1:22: backup.passphrase must be a text",
        "put it in quotes, or better in a variable: ${BACKUP_PASSPHRASE}",
    ),
    "a size without its unit": (
        "undo: {below: 10}",
        "1:15: undo.below must be a size such as 512kB, 10MB or 2GB, or 0, not the number 10",
        "write the unit: 10MB",
    ),
    "a size in other letters": (
        "undo: {below: 10mb}",
        '1:15: undo.below must be a size such as 512kB, 10MB or 2GB, or 0, not "10mb"',
        None,
    ),
    "copies kept for ever": (
        "undo: {keep: 0}",
        "1:14: undo.keep must be a duration such as 12h or 7d, not the number 0",
        None,
    ),
    "a time without its unit": (
        "undo: {keep: 7}",
        "1:14: undo.keep must be a duration such as 12h or 7d, not the number 7",
        "write the unit: 7d or 7h",
    ),
    "a probe of one tenant": (
        "doctor: {probe_tenants: 1}",
        "1:25: doctor.probe_tenants must be a whole number from 2 to 10000, not the number 1",
        None,
    ),
    "accepted without a reason": (
        "doctor: {ignore: [{check: rls-missing}]}",
        "1:19: doctor.ignore.0 needs reason",
        "add reason: a text",
    ),
    "accepted for an empty reason": (
        "doctor: {ignore: [{check: rls-missing, reason: ''}]}",
        "1:48: doctor.ignore.0.reason is empty",
        "give it a value, or leave it out",
    ),
    "accepted in a word": (
        "doctor: {ignore: [rls-missing]}",
        '1:19: doctor.ignore.0 must be a mapping of keys to values, not "rls-missing"',
        None,
    ),
}


@pytest.mark.parametrize(("text", "message", "advice"), WRONG.values(), ids=WRONG.keys())
def test_nonsense_is_refused_where_it_stands(told: Told, text: str, message: str, advice: str | None) -> None:
    first, *rest = told(text).splitlines()
    assert first == f"sqlmig.yaml:{message}"
    assert rest[2:] == ([f"  next: {advice}"] if advice else [])
