"""Addresses of databases: what may be shown of one, and whether a password is written into it."""

from __future__ import annotations

import hashlib
import re

from survey.errors import Place, ResponseImportError

__all__ = ["VARIABLE", "check_variables", "holds_password", "is_database_address", "query_name", "shown_database"]

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""A variable of the environment, as addresses name it."""
_OF_STUDIES = "SATIX_DB_"
"""How the names of variables begin that an address in a study may use."""
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9_+.-]*://.*", re.DOTALL)
_SECRET_OPTION = re.compile(r"(?:^|[?&])[^=&]*(?:pass|pwd|secret|token|key)[^=&]*=(?P<value>[^&]*)", re.IGNORECASE)


def is_database_address(text: str) -> bool:
    """Whether a text is the address of a database, not a path: ``postgresql://...``, ``${DATABASE_URL}``."""
    return bool(_ADDRESS.fullmatch(text) or VARIABLE.fullmatch(text))


def check_variables(address: str, place: Place) -> None:
    """See that the address of a study uses no variables but those meant for studies.

    A study may come from elsewhere, and name a server and any secret of the environment in one address.

    Raises
    ------
    ResponseImportError
        A variable has another name.
    """
    others = [name for name in dict.fromkeys(VARIABLE.findall(address)) if not name.startswith(_OF_STUDIES)]
    if others:
        raise ResponseImportError.of("survey.database_variable_name", place, names=", ".join(others))


def shown_database(address: str) -> str:
    """The address without user, password and options, as messages and results may show it; variables by name."""
    scheme, mark, rest = address.partition("://")
    if not mark:
        return address if VARIABLE.fullmatch(address) else "–"
    return f"{scheme}://{rest.split('?')[0].rpartition('@')[2]}"


def query_name(address: str, query: str) -> str:
    """What the rows of a query are called in results: the database's bare name, and a mark of the query's wording."""
    digest = hashlib.sha256(" ".join(query.split()).encode()).hexdigest()[:8]
    bare = shown_database(address).rstrip("/").rpartition("/")[2].strip("${}") or "query"
    return f"{bare}#{digest}"


def holds_password(address: str) -> bool:
    """Whether a password stands in the address itself instead of in a variable of the environment."""
    _, _, rest = address.partition("://")
    bare, _, options = rest.partition("?")
    credentials, mark, _ = bare.rpartition("@")
    _, colon, password = credentials.partition(":")
    if mark and colon and password and not VARIABLE.fullmatch(password):
        return True
    return any(not VARIABLE.fullmatch(found["value"]) for found in _SECRET_OPTION.finditer(options))
