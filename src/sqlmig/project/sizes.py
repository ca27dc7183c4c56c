"""Sizes of data as PostgreSQL's settings write them: `10MB`."""

from __future__ import annotations

import re
from typing import final


@final
class Size(int):
    """A number of bytes; as text it is what people write, such as `10MB`."""

    __slots__ = ()

    def __str__(self) -> str:
        value = int(self)
        for unit, factor in reversed(_UNITS.items()):
            if value and value % factor == 0:
                return f"{value // factor}{unit}"
        return f"{value}"


def size(text: str) -> Size:
    """A size such as `512kB`, `10MB` or `2GB`; the units are powers of 1024, as PostgreSQL's are.

    Raises:
        ValueError: it is none.
    """
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"needs a size with its unit (B, kB, MB, GB, TB), such as 10MB, not '{text}'")
    return Size(int(match[1]) * _UNITS[match[2]])


NO_SIZE = Size(0)
_UNITS = {"B": 1, "kB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}
_SIZE = re.compile(r"([0-9]{1,9})(B|kB|MB|GB|TB)")
