"""The published JSON schemas are those of the code, and accept what is shipped."""

from __future__ import annotations

import jsonschema
import pytest

from instruments import CatalogEntry, list_instruments
from survey.definition_files import read_yaml
from survey.schemas import definition_json_schema
from tests.docs.refresh import DEFINITIONS, definition_schema_text


@pytest.mark.parametrize("kind", DEFINITIONS)
def test_the_published_schema_is_that_of_the_code(kind: str) -> None:
    """Rewrite it with ``python -m tests.docs.refresh`` after a deliberate change."""
    assert DEFINITIONS[kind].read_text(encoding="utf-8") == definition_schema_text(kind)


@pytest.mark.parametrize("entry", list_instruments(), ids=lambda entry: entry.instrument)
def test_every_shipped_instrument_satisfies_it(entry: CatalogEntry) -> None:
    """An editor that uses the schema marks nothing in them."""
    content, _ = read_yaml(entry.path)
    jsonschema.validate(_with_text_keys(content), definition_json_schema("instrument"))


def _with_text_keys(value: object) -> object:
    """As JSON sees it: keys are texts."""
    if isinstance(value, dict):
        return {str(key): _with_text_keys(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_text_keys(part) for part in value]
    return value
