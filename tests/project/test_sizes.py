"""Sizes: what people may write, and that they read back what they wrote."""

import pytest

from sqlmig.project.sizes import Size, size


@pytest.mark.parametrize(
    ("text", "bytes_"),
    [("1B", 1), ("512kB", 512 * 1024), ("10MB", 10 * 1024**2), ("2GB", 2 * 1024**3), ("1TB", 1024**4), ("0MB", 0)],
)
def test_the_units_are_those_of_postgresql(text: str, bytes_: int) -> None:
    assert size(text) == bytes_


@pytest.mark.parametrize("text", ["", "10", "10 MB", "10mb", "10KB", "-1MB", "1.5GB", "MB", "10MB ", "٣MB"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="needs a size with its unit"):
        size(text)


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0"), (1, "1B"), (1536, "1536B"), (2048, "2kB"), (1024**5, "1024TB")]
)
def test_a_size_is_shown_as_people_write_it(number: int, shown: str) -> None:
    assert str(Size(number)) == shown
