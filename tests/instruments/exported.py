"""The instruments the tests of the writers export: every shipped one, and one that uses every feature."""

from __future__ import annotations

from pathlib import Path

from instruments import list_instruments, load_instrument
from survey.instrument import Instrument

EVERY_FEATURE = Path(__file__).parent / "every_feature.yaml"
IDS = [*(entry.instrument for entry in list_instruments()), "every_feature"]


def instrument_of(name: str) -> Instrument:
    """An instrument by id."""
    return load_instrument(EVERY_FEATURE if name == "every_feature" else name)
