"""What may be shown of a database's address, and where a password hides in one."""

from __future__ import annotations

import pytest

from survey.database_address import holds_password, is_database_address, query_name, shown_database


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://reader:secret@host:5432/survey?sslmode=require", "postgresql://host:5432/survey"),
        ("postgresql://reader:se@cr/et@host/survey", "postgresql://host/survey"),
        ("postgresql://reader:${PW}@host/survey", "postgresql://host/survey"),
        ("sqlite:///data/answers.db", "sqlite:///data/answers.db"),
        ("${DATABASE_URL}", "${DATABASE_URL}"),
        ("reader:secret", "–"),
    ],
)
def test_neither_user_nor_password_nor_options_are_shown(address, shown):
    """Even where the password holds marks that end it."""
    assert shown_database(address) == shown


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("postgresql://reader:secret@host/x", True),
        ("postgresql://reader:se${PW}@host/x", True),
        ("postgresql://host/x?user=reader&password=secret", True),
        ("postgresql://host/x?sslpassword=secret", True),
        ("postgresql://host/x?password=${PW}", False),
        ("postgresql://reader:${PW}@host/x?sslmode=require", False),
        ("postgresql://reader@host/x", False),
        ("sqlite:///a:b@c.db", True),
        ("sqlite:///answers.db", False),
        ("${DATABASE_URL}", False),
    ],
)
def test_a_password_in_the_address_is_found(address, written):
    """In doubt it is one."""
    assert holds_password(address) is written


def test_addresses_are_told_from_paths():
    """A scheme, or a variable alone."""
    assert is_database_address("sqlite:///x.db")
    assert is_database_address("${DATABASE_URL}")
    assert not is_database_address("data/answers.csv")
    assert not is_database_address(r"C:\answers.csv")


def test_a_query_is_called_by_its_database_and_wording():
    """Blanks do not count, wording does; the name fits into a path."""
    address = "postgresql://reader:${PW}@host/survey"
    assert query_name(address, "SELECT  1") == query_name(address, "SELECT\n1")
    assert query_name(address, "SELECT 1") != query_name(address, "SELECT 2")
    assert query_name(address, "SELECT 1").startswith("survey#")
    assert query_name("${DATABASE_URL}", "SELECT 1").startswith("DATABASE_URL#")
