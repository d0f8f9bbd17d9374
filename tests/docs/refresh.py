"""Write what the examples of the documentation print into the pages, and the published JSON schemas.

Run as ``python -m tests.docs.refresh``, then read the difference before keeping it.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path
from typing import get_args

from analysis.results import results_json_schema
from survey.schemas import DefinitionKind, definition_json_schema
from tests.docs.pages import DOCS, pages, run_page

SCHEMA = DOCS / "reference" / "results.schema.json"
DEFINITIONS = {kind: DOCS / "reference" / f"{kind}.schema.json" for kind in get_args(DefinitionKind)}


def schema_text() -> str:
    """The published schema as text."""
    return json.dumps(results_json_schema(), ensure_ascii=False, indent=2) + "\n"


def definition_schema_text(kind: DefinitionKind) -> str:
    """The published schema of a kind of definition file as text."""
    return json.dumps(definition_json_schema(kind), ensure_ascii=False, indent=2) + "\n"


def refresh_page(page: Path) -> None:
    """Run the examples of a page in an empty folder and write their output below them."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        ran = run_page(page)
    text = page.read_text(encoding="utf-8")
    for block, printed in reversed(ran):
        if block.output_span is not None:
            start, end = block.output_span
            text = text[:start] + printed + text[end:]
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for each in pages():
        refresh_page(each)
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    for named, file in DEFINITIONS.items():
        file.write_text(definition_schema_text(named), encoding="utf-8")
