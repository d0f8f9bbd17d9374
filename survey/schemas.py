"""JSON schemas of the definition files, for editors that complete and check YAML as it is written."""

from __future__ import annotations

from typing import Any, Literal

from survey.channels.mapping import ChannelMapping
from survey.importers.mapping import Mapping
from survey.instrument import Instrument
from survey.plan import Plan
from survey.study import Study
from survey.texts import Definition

__all__ = ["DefinitionKind", "definition_json_schema"]

DefinitionKind = Literal["instrument", "study", "mapping", "channel", "plan"]

MODELS: dict[DefinitionKind, type[Definition]] = {
    "instrument": Instrument,
    "study": Study,
    "mapping": Mapping,
    "channel": ChannelMapping,
    "plan": Plan,
}


def definition_json_schema(kind: DefinitionKind) -> dict[str, Any]:
    """The JSON schema of an instrument, study, mapping or plan file, with the keys as they are written."""
    return MODELS[kind].model_json_schema(by_alias=True, mode="validation")
