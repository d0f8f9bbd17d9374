"""Questionnaires of Qualtrics: the survey file (``.qsf``), which is JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from survey.errors import InstrumentError, Place
from survey.structures.builder import DraftBuilder
from survey.structures.draft import StructureDraft
from survey.structures.entries import Rule
from survey.structures.qualtrics_logic import logic_rule, logic_text
from survey.structures.qualtrics_questions import QualtricsQuestions, plain_wordings
from survey.structures.source_file import listed, read_json
from survey.structures.wordings import language_code

__all__ = ["read_qualtrics"]

DEEPEST = 40
_SILENT_FLOW = frozenset({"Root", "Block", "Standard", "Group", "Branch"})


def read_qualtrics(path: Path) -> StructureDraft:
    """Read a Qualtrics survey file.

    A block becomes a section, and every matrix in it a section of its own. Questions in the trash and in
    no block are accounted for and left out.

    Raises
    ------
    FileRefusedError
        The file is missing, not what its name says, or unsafe to open.
    InstrumentError
        It is no Qualtrics survey, or holds no question.
    """
    document = read_json(path, (".qsf", ".json"))
    if not isinstance(document, Mapping) or not isinstance(document.get("SurveyElements"), list):
        expected = "SurveyEntry, SurveyElements"
        raise InstrumentError.of("survey.structure_not_a_form", Place(file=path.name), expected=expected)
    return _Survey(path, document).draft()


class _Survey:
    def __init__(self, path: Path, document: Mapping[str, Any]) -> None:
        self.builder = DraftBuilder(path, "qualtrics", piping=r"\$\{(?:q|e|m|lm|loc|rand)://[^}]*\}")
        entry = document.get("SurveyEntry")
        self.entry = entry if isinstance(entry, Mapping) else {}
        elements = [element for element in document["SurveyElements"] if isinstance(element, Mapping)]
        self.language = language_code(str(self.entry.get("SurveyLanguage") or "EN"))
        self.payloads: dict[str, Mapping[str, Any]] = {}
        self.blocks: dict[str, Mapping[str, Any]] = {}
        self.flow: object = None
        self.file = path.name
        for element in elements:
            payload = element.get("Payload")
            match element.get("Element"):
                case "SQ" if isinstance(payload, Mapping):
                    self.payloads[str(element.get("PrimaryAttribute"))] = payload
                case "BL":
                    blocks = [block for block in listed(payload) if isinstance(block, Mapping)]
                    self.blocks |= {str(block.get("ID")): block for block in blocks}
                case "FL":
                    self.flow = payload
                case "QO" | "Quota":
                    self.builder.remark("survey.structure_flow_left_out", "Quota")

    def draft(self) -> StructureDraft:
        questions = QualtricsQuestions(self.builder, self.language)
        shown: set[str] = set()
        rules = self._block_rules()
        trash = [block for block in self.blocks.values() if block.get("Type") == "Trash"]
        order = [*rules, *(key for key, block in self.blocks.items() if key not in rules and block not in trash)]
        for key in order:
            block = self.blocks.get(key)
            if block is None or block in trash:
                continue
            if key not in rules and rules:
                self.builder.remark("survey.structure_block_not_in_flow", str(block.get("Description")))
            questions.open_block(str(block.get("Description") or key), rules.get(key, ()))
            for identifier, element in self._in_block(block):
                shown.add(identifier)
                questions.carry(identifier, self.payloads[identifier], self._place(identifier))
                self._note_skips(identifier, element)
        for identifier, payload in self.payloads.items():
            if identifier not in shown:
                tag = str(payload.get("DataExportTag") or identifier)
                item = self.builder.item(tag, str(payload.get("QuestionType")), self._place(identifier))
                self.builder.leave_out(item, "survey.structure_unused")
        languages = dict.fromkeys([self.language, *questions.languages])
        title = plain_wordings(self.entry.get("SurveyName"), self.language)
        return self.builder.finish(title=title, languages=list(languages))

    def _place(self, identifier: str) -> Place:
        return Place(file=self.file, path=identifier)

    def _in_block(self, block: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for element in listed(block.get("BlockElements")):
            if not isinstance(element, Mapping) or element.get("Type") != "Question":
                continue
            identifier = str(element.get("QuestionID"))
            if identifier in self.payloads:
                yield identifier, element
            else:
                self.builder.remark("survey.structure_question_absent", identifier, severity="warning")
        options = block.get("Options")
        if isinstance(options, Mapping) and options.get("RandomizeQuestions") not in {None, False, "false"}:
            self.builder.remark("survey.structure_flow_left_out", "RandomizeQuestions")
        if isinstance(options, Mapping) and options.get("Looping") not in {None, False, "None", "false"}:
            self.builder.remark("survey.structure_repeat_flattened", str(block.get("Description")), severity="warning")

    def _note_skips(self, identifier: str, element: Mapping[str, Any]) -> None:
        tag = str(self.payloads[identifier].get("DataExportTag") or identifier)
        for skip in listed(element.get("SkipLogic")):
            if isinstance(skip, Mapping):
                self.builder.remark(
                    "survey.structure_skip_left_out",
                    tag,
                    severity="warning",
                    place=self._place(identifier),
                    rule=logic_text(skip)[:200],
                )

    def _block_rules(self) -> dict[str, tuple[Rule, ...]]:
        """Blocks in the order of the flow, each with the branches it stands in; none where it stands outside one."""
        found: dict[str, list[tuple[Rule, ...]]] = {}

        def walk(steps: object, rules: tuple[Rule, ...], depth: int) -> None:
            if depth > DEEPEST:
                raise InstrumentError.of("survey.structure_too_deep", Place(file=self.file))
            for step in steps if isinstance(steps, list) else []:
                if not isinstance(step, Mapping):
                    continue
                kind = str(step.get("Type"))
                inner = rules
                if kind in {"Block", "Standard"}:
                    found.setdefault(str(step.get("ID")), []).append(rules)
                elif kind == "Branch" and isinstance(step.get("BranchLogic"), Mapping):
                    inner = (*rules, logic_rule(step["BranchLogic"]))
                    if not step.get("Flow"):
                        text = logic_text(step["BranchLogic"])[:200]
                        self.builder.remark("survey.structure_flow_left_out", f"Branch: {text}")
                if kind not in _SILENT_FLOW:
                    self.builder.remark("survey.structure_flow_left_out", kind)
                walk(step.get("Flow"), inner, depth + 1)

        walk(self.flow.get("Flow") if isinstance(self.flow, Mapping) else None, (), 0)
        rules: dict[str, tuple[Rule, ...]] = {}
        for key, ways in found.items():
            if len(ways) > 1:
                name = str(self.blocks.get(key, {}).get("Description") or key)
                self.builder.remark("survey.structure_block_twice", name, severity="warning", times=str(len(ways)))
            rules[key] = () if any(not way for way in ways) or len(ways) > 1 else ways[0]
        return rules
