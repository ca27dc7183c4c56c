"""How the values of the keys of `backup` and `undo` are read: places, keys, sizes. No secret is ever shown."""

from __future__ import annotations

import re

from sqlmig.project.config.kinds import TEXT, Kind, Misfit, list_of
from sqlmig.project.config.yamlfile import YamlNode, YamlScalar
from sqlmig.project.durations import milliseconds
from sqlmig.project.sizes import NO_SIZE, Size, size
from sqlmig.secret import Secret


def _url(node: YamlNode) -> Secret:
    return Secret(TEXT.read(node))


def _passphrase(node: YamlNode) -> Secret:
    if not isinstance(node, YamlScalar) or node.value is None:
        raise Misfit(node)
    if not isinstance(node.value, str):
        raise Misfit(node, "must be a text", "put it in quotes, or better in a variable: ${BACKUP_PASSPHRASE}")
    if not node.value.strip():
        raise Misfit(node, "is empty", "give it a value, or leave it out")
    return Secret(node.value)


def _recipient(node: YamlNode) -> str:
    value = node.value if isinstance(node, YamlScalar) else None
    if isinstance(value, str) and _PUBLIC_KEY.fullmatch(value):
        return value
    if isinstance(value, str) and "SECRET-KEY" in value.upper():
        advice = "write the public key that `age-keygen -y` gives for it, and keep the private one elsewhere"
        raise Misfit(node, "holds a private key", advice)
    # What is wrong with it is not shown: it may be a key that slipped into the wrong place.
    raise Misfit(node, "must hold age public keys, which begin with age1", "write those that `age-keygen` printed")


def _size(node: YamlNode) -> Size:
    value = node.value if isinstance(node, YamlScalar) else None
    if isinstance(value, int) and not isinstance(value, bool):
        if value == 0:
            return NO_SIZE
        raise Misfit(node, advice=f"write the unit: {value}MB" if value > 0 else None)
    try:
        return NO_SIZE if value == "0" else size(value if isinstance(value, str) else "")
    except ValueError:
        raise Misfit(node) from None


def _kept_for(node: YamlNode) -> str:
    value = node.value if isinstance(node, YamlScalar) else None
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        raise Misfit(node, advice=f"write the unit: {value}d or {value}h")
    try:
        if isinstance(value, str) and milliseconds(value):
            return value
    except ValueError:
        pass
    raise Misfit(node)


_PUBLIC_KEY = re.compile(r"age1[02-9ac-hj-np-z]{20,}")
"""Bech32, in which `1`, `b`, `i` and `o` do not occur behind the prefix."""

BACKUP_URL = Kind("a folder, or a URL such as s3://bucket/sqlmig", _url)
PASSPHRASE = Kind("a text", _passphrase)
RECIPIENTS = list_of("age public keys", _recipient)
SIZE = Kind("a size such as 512kB, 10MB or 2GB, or 0", _size)
KEPT_FOR = Kind("a duration such as 12h or 7d", _kept_for)
