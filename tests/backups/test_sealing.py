"""A stream comes back as it was, whatever its size, and what was changed on the way is noticed."""

from __future__ import annotations

import hashlib
import io
import random
import subprocess
import sys

import pytest
from pyrage.x25519 import Identity

from sqlmig.backups.keys import encryption
from sqlmig.backups.sealing import Damaged, seal, unseal

COMPRESSIONS = ["none", "gzip", "zstd"]


def content(size: int) -> bytes:
    return random.Random(7).randbytes(size // 2) + b"\0" * (size - size // 2)


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 1_000_000])
def test_plain_streams_come_back(size: int, compression: str) -> None:
    plain, stored, back = content(size), io.BytesIO(), io.BytesIO()
    part = seal("dump", io.BytesIO(plain), stored, compression, None)
    assert (part.plain_bytes, part.plain_sha256) == (size, hashlib.sha256(plain).hexdigest())
    assert part.stored_sha256 == hashlib.sha256(stored.getvalue()).hexdigest()
    stored.seek(0)
    assert unseal(stored, "dump", back, compression, None) == part
    assert back.getvalue() == plain


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
@pytest.mark.parametrize("cut", [1, 1000], ids=["one byte", "many"])
def test_a_stream_that_ends_too_early_is_noticed(compression: str, cut: int) -> None:
    stored = io.BytesIO()
    seal("dump", io.BytesIO(content(100_000)), stored, compression, None)
    short = io.BytesIO(stored.getvalue()[:-cut])
    with pytest.raises(Damaged):
        unseal(short, "dump", io.BytesIO(), compression, None)


class Breaking:
    def read(self, size: int) -> bytes:
        raise RuntimeError("the program ended")


def test_the_error_of_an_encrypted_stream_is_its_own() -> None:
    with pytest.raises(RuntimeError, match="the program ended"):
        seal("dump", Breaking(), io.BytesIO(), "gzip", encryption([str(Identity.generate().to_public())], None))


_LARGE = """
import resource, sys
from pyrage.x25519 import Identity
from sqlmig.backups.keys import encryption
from sqlmig.backups.sealing import seal

class Endless:
    left = int(sys.argv[1])
    def read(self, size):
        size = min(size, self.left)
        self.left -= size
        return bytes(size)

class Nowhere:
    def write(self, data):
        return len(data)

locked = encryption([str(Identity.generate().to_public())], None)
seal("dump", Endless(), Nowhere(), sys.argv[2], locked)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_memory_stays_flat_however_much_there_is(compression: str) -> None:
    def peak(size: int) -> int:
        run = [sys.executable, "-c", _LARGE, str(size), compression]
        return int(subprocess.run(run, capture_output=True, text=True, check=True).stdout)

    assert peak(200_000_000) - peak(2_000_000) < 20_000  # kB
