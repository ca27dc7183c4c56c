"""Takes a schema's own name out of texts of the catalog, so that two schemas can be compared. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

PLACEHOLDER = "{schema}"
"""What stands for the name."""


@dataclass(frozen=True)
class OwnName:
    """A schema's name, as texts may mention it."""

    name: str
    is_object: bool = False
    """Whether an object in the schema has the same name: then only a mention with a dot behind it means the schema."""

    def out_of_literals(self, text: str) -> str:
        """A text that PostgreSQL wrote with the schema in front of its search path: only a literal can name it."""
        return self._in_literal.sub("'" + PLACEHOLDER, text) if self._hint in text else text

    def out_of_all(self, text: str) -> str:
        """A text that somebody else wrote, such as a function's body or a comment."""
        return self._anywhere.sub(PLACEHOLDER, text) if self._hint in text else text

    @cached_property
    def _hint(self) -> str:
        """What every way of writing the name begins with, quotes left out; most texts have nothing of it."""
        return re.split(r"['\"\\]", self.name, maxsplit=1)[0]

    @cached_property
    def _in_literal(self) -> re.Pattern[str]:
        return re.compile(f"'{_any_of(self._written)}(?=['.])")

    @cached_property
    def _anywhere(self) -> re.Pattern[str]:
        names = _any_of(self._written)
        if self.is_object:
            qualifies = rf'(?<![\w$]){names}(?=\.(?:"|[^\W\d]))'
            return re.compile(rf"{qualifies}|(?<=SET search_path TO '){names}(?=')")
        return re.compile(rf"(?<![\w$]){names}(?![\w$])")

    @property
    def _written(self) -> frozenset[str]:
        """The name bare and in quotes, each as it is and inside of a literal."""
        forms = (self.name, '"' + self.name.replace('"', '""') + '"')
        return frozenset(written for form in forms for written in (form, form.replace("'", "''")))


def _any_of(texts: Iterable[str]) -> str:
    """A pattern that takes the longest of the texts."""
    return "(?:" + "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True)) + ")"
