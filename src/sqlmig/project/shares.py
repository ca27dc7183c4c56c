"""Shares of a whole, as the configuration and options write them: `10%`."""

from __future__ import annotations

import math
import re


class Share(float):
    """A part of a whole, above 0 and at most 1; as text it is what people write, such as `10%`."""

    __slots__ = ()

    def __str__(self) -> str:
        return f"{round(float(self) * 100, 3):g}%"


def share(text: str) -> Share:
    """A share such as `10%` or `2.5%`.

    Raises:
        ValueError: it is none.
    """
    match = _SHARE.fullmatch(text)
    percent = float(match[1]) if match else 0.0
    if not 0 < percent <= 100:
        raise ValueError(f"needs a share above 0% and up to 100%, not '{text}'")
    return Share(percent / 100)


def share_of(part: float, whole: int) -> int:
    """How many of a whole a share comes to, rounded up."""
    # Without the rounding, 10% of 30 would be 3.0000000000000004, and so 4.
    return math.ceil(round(part * whole, 6))


_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)%")
