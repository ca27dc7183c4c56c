"""What `sqlmig config` prints: every key in force, its value, and where the value comes from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlmig.project.config.settings import Setting, settings
from sqlmig.project.names import quoted

if TYPE_CHECKING:
    from sqlmig.project.config.values import Config

FORMAT = "sqlmig.config/1"


def config_text(config: Config) -> str:
    """A table of key, value and source for people; secrets are masked, long values cut."""
    rows = [(f"{one.key}:", _value(one.value), str(one.source)) for one in settings(config)]
    key_width = max(len(key) for key, _, _ in rows)
    value_width = max(len(value) for _, value, _ in rows)
    lines = [f"{key:<{key_width}}  {value:<{value_width}}  # {source}" for key, value, source in rows]
    return "\n".join([f"# {config.root / config.file}", *lines]) + "\n"


def config_json(config: Config) -> dict[str, object]:
    """The same for programs: values whole, secrets masked."""
    return {
        "format": FORMAT,
        "file": str(config.root / config.file),
        "environment": config.environment,
        "settings": [_setting(one) for one in settings(config)],
    }


MAX_WIDTH = 48
# A text that YAML would read as something else, or that might end early, is shown in quotes.
_OTHER = re.compile(r"true|false|null|yes|no|on|off|[1-9][\d._]*|0[\d._]+", re.IGNORECASE)
_PLAIN = re.compile(r"[\w./$*][\w ./$*=<>;@?&+~-]*(?::[\w/*][\w ./$*=<>;@?&+~-]*)*")


def _setting(setting: Setting) -> dict[str, object]:
    source = setting.source
    return {
        "key": setting.key,
        "value": setting.value,
        "source": {
            "origin": source.origin.name.lower(),
            "name": source.name,
            "file": source.place.file if source.place else None,
            "line": source.place.line if source.place else None,
            "variables": list(source.variables),
        },
    }


def _value(value: object) -> str:
    """One line, as YAML would have it."""
    text = _yaml(value)
    return text if len(text) <= MAX_WIDTH else f"{text[: MAX_WIDTH - 3].rstrip()}..."


def _yaml(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(_yaml(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_yaml(name)}: {_yaml(item)}' for name, item in value.items())}}}"
    return _text(value) if isinstance(value, str) else str(value)


def _text(text: str) -> str:
    line = " ".join(text.split())
    plain = _PLAIN.fullmatch(line) and not _OTHER.fullmatch(line)
    return line if plain else quoted(line.replace('"', '\\"'))
