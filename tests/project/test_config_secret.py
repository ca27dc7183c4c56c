import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlmig.secret import Secret, looks_secret, mask_url


def test_a_secret_prints_as_stars_everywhere() -> None:
    secret = Secret("hunter2")
    assert (str(secret), repr(secret), f"{secret}", f"{secret!r:>5}", f"{(secret,)}") == (
        "***",
        "***",
        "***",
        "  ***",
        "(***,)",
    )


def test_a_secret_cannot_be_joined_into_a_text() -> None:
    with pytest.raises(TypeError):
        "postgresql://" + Secret("hunter2")  # type: ignore[operator]


def test_a_secret_is_revealed_on_purpose_only() -> None:
    assert Secret("hunter2").reveal() == "hunter2"


def test_secrets_are_equal_by_value_and_to_secrets_only() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1


def test_a_secret_survives_being_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(Secret("a"))).reveal() == "a"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("embedded", "embedded"),
        ("postgresql://host/db", "postgresql://host/db"),
        ("postgresql://user@host/db", "postgresql://user@host/db"),
        ("postgresql://host:5432/db?sslmode=require", "postgresql://host:5432/db?sslmode=require"),
        ("postgresql://user:hunter2@host/db", "postgresql://user:***@host/db"),
        ("postgresql://:hunter2@host/db", "postgresql://:***@host/db"),
        ("postgresql://user:@host/db", "postgresql://user:***@host/db"),
        ("POSTGRES://user:hunter2@h1:1,h2:2/db", "POSTGRES://user:***@h1:1,h2:2/db"),
        ("postgresql://user:hun@ter/2?x@host/db", "postgresql://user:***@host/db"),
        ("postgresql://h/db?user=u&password=hunter2&sslmode=x", "postgresql://h/db?user=u&password=***&sslmode=x"),
        ("postgresql://host/db?pass%77ord=hunter2", "postgresql://host/db?pass%77ord=***"),
        ("postgresql://host/db?sslpassword=hunter2", "postgresql://host/db?sslpassword=***"),
        ("host=h user=u password=hunter2 dbname=d", "host=h user=u password=*** dbname=d"),
        ("password = 'hun ter\\'2' host=h", "password = *** host=h"),
        ("password='hunter2", "password=***"),
        (r"password=hunter\ 2 host=h", "password=*** host=h"),
        ("database: {password: hunter2}", "database: {password: ***"),
        ('{"password": "hunter2"}', '{"password": ***}'),
        ("no answer from postgresql://u:hunter2@h/d: timeout", "no answer from postgresql://u:***@h/d: timeout"),
    ],
)  # fmt: skip
def test_a_password_in_a_text_is_masked_and_the_rest_is_kept(text: str, masked: str) -> None:
    assert mask_url(text) == masked


@given(st.text())
def test_no_password_in_a_url_comes_through(password: str) -> None:
    assert mask_url(f"postgresql://user:{password}@host/db") == "postgresql://user:***@host/db"


@pytest.mark.parametrize("name", ["smtp_password", "PASSWD", "api_token", "API_KEY", "client_secret"])
def test_a_name_that_says_secret_is_known(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize("name", ["app_role", "key", "tenant_key", "pass_through"])
def test_a_name_that_says_nothing_secret_is_not_hidden(name: str) -> None:
    assert not looks_secret(name)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("backup: {passphrase: correct horse battery}", "backup: {passphrase: ***"),
        ("passphrase = x\nworkers: 2", "passphrase = ***\nworkers: 2"),
        ("passphrase:\n  recipients: []", "passphrase:\n  recipients: []"),
        ("recipients: [AGE-SECRET-KEY-1QQ, age1xyz]", "recipients: [AGE-SECRET-KEY-***, age1xyz]"),
    ],
    ids=[
        "several words",
        "the next line is another key",
        "nothing on its line",
        "a private key in a public one's place",
    ],
)
def test_what_backups_are_encrypted_with_is_hidden(text: str, shown: str) -> None:
    assert mask_url(text) == shown
