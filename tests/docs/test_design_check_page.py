"""The page of the design check lists every rule with its severity."""

from __future__ import annotations

import re
from typing import get_args

from instruments.design_findings import RuleName, severity_of
from instruments.wording_rules import limits
from tests.docs.pages import DOCS

TEXT = (DOCS / "methods" / "design-check.md").read_text(encoding="utf-8")


def test_every_rule_is_listed_with_its_severity() -> None:
    """In the order of the code."""
    listed = re.findall(r"^\| `(\w+)` \| .* \| (\w+) \|$", TEXT, re.MULTILINE)
    assert listed == [(rule, severity_of(rule)) for rule in get_args(RuleName)]


def test_the_thresholds_are_those_of_the_rules() -> None:
    """Numbers in the table come from ``instruments/rules/limits.yaml``."""
    known = limits()
    for shown in (
        f"more than {known['words']['en']} words, or {known['characters']['zh']} Chinese characters",
        f"fewer than {known['items_per_reflective']} items",
        f"more than {known['minutes_note']} minutes",
        f"more than {known['minutes_warning']} minutes",
    ):
        assert shown in TEXT
