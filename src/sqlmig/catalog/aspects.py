"""What fingerprints look at: the aspects of a schema, and the parts that each is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Aspect(Enum):
    """What a fingerprint looks at, each for itself, so that it can say what differs."""

    COLUMNS = "columns"
    """Tables with their options and replica identity, and the columns of all that has some: type, NOT NULL, storage."""
    DEFAULTS = "defaults"
    """With the expressions of generated columns."""
    CONSTRAINTS = "constraints"
    INDEXES = "indexes"
    """With extended statistics."""
    SEQUENCES = "sequences"
    """Identity columns included; not where a sequence stands."""
    TYPES = "types"
    FUNCTIONS = "functions"
    """With procedures and aggregates."""
    TRIGGERS = "triggers"
    """With rules."""
    VIEWS = "views"
    POLICIES = "policies"
    """And whether row level security is on, and forced."""
    GRANTS = "grants"
    """And default privileges. Grantees by name; an object's owner is only called `owner`."""
    OWNERS = "owners"
    COMMENTS = "comments"
    OTHERS = "others"
    """Operators, collations and other rare kinds: that they are there, and nothing else of them."""
    COLUMN_ORDER = "column_order"
    """No part of `Fingerprint.whole`: columns that were added later stand elsewhere than in a table made at once."""

    @property
    def said(self) -> str:
        """The aspect in words."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Part:
    """One object in one aspect, in words that name the schema `{schema}`."""

    aspect: Aspect
    object: str
    """Its kind and its name: `table deals`, `column deals.title`."""
    text: str
