"""The nearest known word, for every "did you mean" of the product."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word closest to `word`, or None when none is close."""
    from difflib import get_close_matches  # only a mistake needs it

    matches = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence to put behind "unknown ...": the nearest word, or all of them when none is near."""
    words = sorted(known)
    match = nearest(word, words)
    if match is not None:
        return f"did you mean '{match}'?"
    return f"known: {', '.join(words)}" if words else "there is none"
