"""How a run reaches many targets, as values: what a wave takes, the gate behind it, and what stops a run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from sqlmig.project.config.keys import Key, Section
from sqlmig.project.config.kinds import FLAG, TEXT, Kind, Misfit, whole
from sqlmig.project.config.rolloutkinds import COUNT, FAILURES, FILES, LABELS, MOST_SECONDS, NAMES, SECONDS, SHARE
from sqlmig.project.config.yamlfile import YamlNode, YamlScalar
from sqlmig.project.shares import Share, share


@dataclass(frozen=True, slots=True)
class Gate:
    """What has to hold before the next wave begins."""

    failures: Annotated[
        float,
        Key(
            FAILURES,
            "How many targets of the wave may have failed, blocked and quarantined ones included: a number, or a"
            " share such as `2%`.",
        ),
    ] = 0
    """A count from 1, below 1 a share of the wave; 0 for none."""
    longest: Annotated[
        float | None, Key(MOST_SECONDS, "How long the slowest target of the wave may have taken; without it, any time.")
    ] = None
    """Seconds."""
    verify: Annotated[
        tuple[str, ...],
        Key(FILES, "Files of queries that are run in every target of the wave: no row may come back."),
    ] = ()
    """Relative to the project."""
    pause: Annotated[float, Key(SECONDS, "How long to wait before the next wave.")] = 0.0
    """Seconds."""
    confirm: Annotated[
        bool, Key(FLAG, "Whether the run is paused until somebody says that it goes on: `sqlmig run resume`.")
    ] = False


@dataclass(frozen=True, slots=True)
class WaveRule:
    """Which targets a wave takes, of those that no wave before it took; nothing chosen means all of them."""

    name: Annotated[str, Key(TEXT, "What reports call the wave; no two have one name.")]
    tenants: Annotated[
        tuple[str, ...], Key(NAMES, "Slugs or schemas of tenants, or patterns of them with `*` and `?`.")
    ] = ()
    where: Annotated[
        Mapping[str, object],
        Key(LABELS, "Columns of the registry and the value that each must have, or a list of values."),
    ] = field(default_factory=dict)
    count: Annotated[int | None, Key(COUNT, "At most so many tenants of those that are chosen.")] = None
    share: Annotated[float | None, Key(SHARE, "Instead of `count`: a share of all tenants of the run, rounded up.")] = (
        None
    )
    smallest: Annotated[
        bool,
        Key(FLAG, "Whether `count` or `share` takes the tenants that need the least space, not the registry's first."),
    ] = False
    gate: Annotated[Gate, Key(Section(Gate), "What has to hold before the next wave begins.")] = Gate()

    @property
    def takes_all(self) -> bool:
        """Whether it leaves nothing for a later wave."""
        return not self.tenants and not self.where and self.count is None and self.share is None


@dataclass(frozen=True, slots=True)
class BreakerConfig:
    """What stops a run before every target has had its turn."""

    same_in_a_row: Annotated[
        int, Key(whole(0, 1_000_000), "How many targets in a row may end with the same error; `0` for any number.")
    ] = 3
    share: Annotated[
        float, Key(SHARE, "The share of a wave's targets that may fail; fewer than 5 failures never stop a run.")
    ] = Share(0.1)


FEW_FORMS = "10%, 5, smallest:5, tier=trial or acme,beta*"
"""The short forms of a wave that leaves others to the next, for messages."""
WAVE_FORMS = "10%, 5, smallest:5, tier=trial, acme,beta* or rest"
"""All short forms of a wave, for messages."""


def wave_rule(text: str) -> WaveRule | None:
    """The wave that a short form stands for, named as it is written; None when it is no such form."""
    if text == "rest":
        return WaveRule(text)
    if _DIGITS.fullmatch(text):
        return WaveRule(text, count=int(text)) if _COUNT.fullmatch(text) else None
    if match := _SMALLEST.fullmatch(text):
        return WaveRule(text, count=int(match[1]), smallest=True)
    if match := _LABEL.fullmatch(text):
        return WaveRule(text, where={match[1]: match[2]})
    if text.endswith("%"):
        try:
            return WaveRule(text, share=share(text))
        except ValueError:
            return None
    names = tuple(name.strip() for name in text.split(","))
    return WaveRule(text, names) if all(map(_NAME.fullmatch, names)) else None


def _short(node: YamlNode) -> WaveRule:
    value = node.value if isinstance(node, YamlScalar) else None
    rule = wave_rule(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
    if rule is None:
        raise Misfit(node)
    return rule


_DIGITS = re.compile(r"[0-9]+")
_COUNT = re.compile(r"0*([1-9][0-9]{0,5})")
_SMALLEST = re.compile(rf"smallest:{_COUNT.pattern}")
_LABEL = re.compile(r"([^\s=,:%]+)=(.+)")
# Other names can be given by `tenants`, which splits nothing.
_NAME = re.compile(r"[^\s=,:%-][^\s=,:%]*")

SHORT_WAVE = Kind(f"a mapping, or one of the short forms {WAVE_FORMS}", _short)
