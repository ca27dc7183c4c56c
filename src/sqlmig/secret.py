"""Values that may be used but never shown, and text with its passwords taken out."""

from __future__ import annotations

import re
from typing import final
from urllib.parse import unquote

MASK = "***"


@final
class Secret:
    """A text that prints as `***`: in an f-string, a traceback, a log line or a repr.

    It is no `str`, so that it cannot be joined or formatted into one by accident.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one call that needs it."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return self._value == other._value if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._value)

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return MASK


def mask_url(text: str) -> str:
    """The text with every password in it replaced by `***`.

    It knows URLs (`postgresql://user:password@host`, `?password=`), libpq's `key=value` strings and YAML's
    `key: value`, passphrases and private keys of age, alone or inside a longer text. Where it cannot tell the end of
    a password it hides more rather than less.
    """
    text = _USER_PASSWORD.sub(rf"\1{MASK}@", text)
    text = _PARAMETER.sub(_mask_parameter, text)
    text = _PASSPHRASE.sub(rf"\1{MASK}", text)
    text = _PRIVATE_KEY.sub(rf"\1{MASK}", text)
    return _KEY_VALUE.sub(rf"\1{MASK}", text)


def looks_secret(name: str) -> bool:
    """Whether what goes by this name had better not be shown: `smtp_password`, `API_TOKEN`."""
    return _SECRET_NAME.search(name) is not None


# A password may hold `@`, `/`, `?` and a line end unescaped, so it ends at the last `@` of the text.
_USER_PASSWORD = re.compile(r"(://[^\s:/@?#]*:).*@", re.DOTALL)
_PARAMETER = re.compile(r"([?&])([^=&\s]+)=([^&]*)")
_SECRET_NAME = re.compile(
    r"passw|passphrase|secret|token|credential|(?:api|private|access|encryption)_?key", re.IGNORECASE
)
_KEY_VALUE = re.compile(
    r"((?:password|passwd|secret)['\"]?\s*[=:]\s*)(?:'(?:\\.|[^'\\])*'?|\"(?:\\.|[^\"\\])*\"?|(?:\\.|[^\s\\&])+)",
    re.IGNORECASE | re.DOTALL,
)
# It may be several words, so it ends with the line.
_PASSPHRASE = re.compile(r"(passphrase['\"]?\s*[=:][^\S\n]*)\S.*", re.IGNORECASE)
_PRIVATE_KEY = re.compile(r"(AGE-SECRET-KEY-)\w+", re.IGNORECASE)


def _mask_parameter(match: re.Match[str]) -> str:
    lead, name, _ = match.groups()
    # libpq decodes the names of parameters too: `pass%77ord` is a password.
    known = unquote(name).lower()
    return f"{lead}{name}={MASK}" if "password" in known or "secret" in known else match[0]
