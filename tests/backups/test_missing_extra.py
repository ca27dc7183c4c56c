"""A package that only some backups need, and that is not installed, is a matter of configuration: status 2."""

from __future__ import annotations

import subprocess
import sys

import pytest

from commandline import Cli
from shop import CONFIG, Shop

KEY = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


@pytest.mark.parametrize(
    ("package", "backup", "what"),
    [
        ("pyrage", f"{{url: backups, recipients: [{KEY}]}}", "an encrypted backup"),
        ("zstandard", "{url: backups, compression: zstd}", "a backup compressed with zstd"),
        ("fsspec", "{url: 's3://bucket/x'}", "a backup at s3://bucket/x"),
    ],
)
def test_it_says_what_to_install(shop: Shop, cli: Cli, package: str, backup: str, what: str) -> None:
    shop.with_tenants("acme")
    shop.write({"sqlmig.yaml": f"{CONFIG}backup: {backup}\n"})
    hidden = f"import sys; sys.modules['{package}'] = None; from sqlmig.cli import main; sys.exit(main())"
    ran = subprocess.run(
        [sys.executable, "-c", hidden, "tenant", "backup", "acme"],
        cwd=shop.folder,
        env=cli.environment({}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        f"sqlmig: error: {what} needs packages that are not installed\n"
        "  state: nothing was changed\n"
        "  next: pip install 'sqlmig[backup]'\n"
    )
