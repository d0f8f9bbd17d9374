"""The secret key of a study, by which a person has the same digest in every file, wave and channel.

It is kept outside the study folder: whoever gets the folder cannot find out whose digest is whose, not even by trying
all telephone numbers. A study without identifying ids needs no key, and none is made.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from survey.errors import Place, StudyError, render_message

if TYPE_CHECKING:
    from satix.project import Project

__all__ = ["KEY_FILE_VARIABLE", "identity_key", "key_file", "known_identity_key"]

KEY_FILE_VARIABLE = "SATIX_KEY_FILE"
"""Names the key file, where it is not in the user's configuration folder."""
_HEX = re.compile(r"[0-9a-f]{64}")
_STUDY = re.compile(r"\w[\w.\-]{0,63}")
_log = logging.getLogger("satix")


def identity_key(study: Project | str) -> bytes:
    """The key of a study (32 bytes); made on first need, and a warning says where it is.

    Parameters
    ----------
    study
        A loaded study, or its id.

    Raises
    ------
    StudyError
        The key file lies inside the study folder, is not a key, or cannot be written; or ``SATIX_KEY_FILE`` names a
        file that is not there.
    """
    return known_identity_key(study) or _make(key_file(study))


def known_identity_key(study: Project | str) -> bytes | None:
    """The key of a study where it has one already, else None; nothing is made.

    Raises
    ------
    StudyError
        As for :func:`identity_key`.
    """
    file = key_file(study)
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        if os.environ.get(KEY_FILE_VARIABLE):
            raise StudyError.of("satix.key_absent", file=str(file), variable=KEY_FILE_VARIABLE) from None
        return None
    except (OSError, UnicodeDecodeError):
        raise StudyError.of("satix.key_broken", file=str(file)) from None
    content = [line.strip().lower() for line in lines if line.strip() and not line.startswith("#")]
    if len(content) != 1 or not _HEX.fullmatch(content[0]):
        raise StudyError.of("satix.key_broken", file=str(file))
    return bytes.fromhex(content[0])


def key_file(study: Project | str) -> Path:
    """Where the key of a study is kept: ``SATIX_KEY_FILE``, else the user's configuration folder.

    Raises
    ------
    StudyError
        That place is inside the study folder, where the key would travel with the data it protects.
    """
    name = study if isinstance(study, str) else study.study.study
    if not _STUDY.fullmatch(name):
        raise StudyError.of("satix.key_study_name", study=name[:64])
    named = os.environ.get(KEY_FILE_VARIABLE)
    file = Path(named) if named else _configuration() / "satix" / "keys" / f"{name}.key"
    if not isinstance(study, str) and file.resolve().is_relative_to(study.folder.resolve()):
        raise StudyError.of("satix.key_inside_study", Place(file=study.file.name), file=str(file))
    return file


def _configuration() -> Path:
    """The folder in which programs keep what belongs to the user of this computer."""
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")


def _make(file: Path) -> bytes:
    """Write a new key that only the user may read, and say where it is."""
    from satix.cli.language import message_language

    key = secrets.token_bytes(32)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as stream:
            stream.write(f"# satix: key of the digests of one study. Keep it out of the study folder.\n{key.hex()}\n")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StudyError.of("satix.key_not_written", file=str(file), reason=reason) from None
    _log.warning("%s", render_message("satix.key_made", {"file": str(file)}, message_language()))
    return key
