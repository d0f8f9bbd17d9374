"""A PostgreSQL server that lives as long as a test, on a socket in a folder of its own."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

__all__ = ["PASSWORD", "postgres"]

PASSWORD = "s3cr@t/pw:x ü"  # noqa: S105  # of a server that is gone after the test
_FOLDERS = ("/usr/lib/postgresql", "/usr/local/opt", "/opt/homebrew/opt")


def _program(name: str) -> str | None:
    """A program of the server; Debian keeps them beside the version."""
    found = shutil.which(name)
    if found is not None:
        return found
    beside = [path for folder in _FOLDERS for path in sorted(Path(folder).glob(f"*/bin/{name}"))]
    return str(beside[-1]) if beside else None


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The address of a running server, with ``${SATIX_TEST_PASSWORD}`` in it; skips where there is none to start."""
    initdb, control = _program("initdb"), _program("pg_ctl")
    if initdb is None or control is None:
        pytest.skip("PostgreSQL is not installed (initdb, pg_ctl); Debian: apt-get install postgresql")
    user = _user()
    with tempfile.TemporaryDirectory(prefix="pg") as scratch:
        folder = Path(scratch)
        secret = folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        if user is not None:
            for path in (folder, secret):
                shutil.chown(path, user)

        def run(*command: str) -> None:
            environment = {**os.environ, "LC_ALL": "C.UTF-8"}
            subprocess.run(command, check=True, capture_output=True, cwd=folder, user=user, env=environment)

        access = ("--auth=scram-sha-256", "--username=owner", f"--pwfile={secret}")
        run(initdb, f"--pgdata={folder / 'data'}", *access, "--encoding=UTF8", "--locale=C", "--no-sync")
        options = f"-c listen_addresses='' -c fsync=off -k {folder}"
        run(control, "-D", f"{folder / 'data'}", "-w", "-t", "120", "-l", f"{folder / 'log'}", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://owner:${{SATIX_TEST_PASSWORD}}@/postgres?host={folder}"
        finally:
            run(control, "-D", f"{folder / 'data'}", "-m", "immediate", "stop")


def _user() -> str | None:
    """Whom the server runs as: it refuses to run as root."""
    if getpass.getuser() != "root":
        return None
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)
