"""Names as they can be pasted into a terminal."""

from __future__ import annotations

import os
import re
import shlex
import subprocess

__all__ = ["pasted"]

_PLAIN = re.compile(r"[\w@%+=:,./\\-]+" if os.name == "nt" else r"[\w@%+=:,./-]+")


def pasted(name: str) -> str:
    """A file name as one word of a command line; letters of any script need no quotes, blanks and brackets do."""
    if _PLAIN.fullmatch(name):
        return name
    return subprocess.list2cmdline([name]) if os.name == "nt" else shlex.quote(name)
