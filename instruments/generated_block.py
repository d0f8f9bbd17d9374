"""Generated questions as one section, and how it joins an instrument."""

from __future__ import annotations

from dataclasses import dataclass, field

from survey.errors import InstrumentError, Problem
from survey.instrument import Attribute, Instrument
from survey.questionnaire import Section
from survey.routing import questions_in
from survey.scales import Scale

__all__ = ["GeneratedBlock", "add_block"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedBlock:
    """A section with the scales and attributes its questions need.

    ``after`` is the code of the section behind which it belongs by default; None: at the end.
    """

    section: Section
    scales: dict[str, Scale]
    attributes: tuple[Attribute, ...] = field(default=())
    after: str | None = None


def add_block(instrument: Instrument, block: GeneratedBlock, *, version: str, after: str | None = None) -> Instrument:
    """The instrument with a generated block, under the new ``version``.

    ``after`` names the section behind which the block goes, in place of the block's own choice.

    Raises
    ------
    InstrumentError
        A code of the block is already used, ``after`` is unknown, or a question would stand before
        the question its routing looks at.
    """
    behind = after or block.after or instrument.sections[-1].code
    known = [part.code for part in instrument.sections]
    if behind not in known:
        raise InstrumentError.of("instruments.unknown_section", found=behind, known=", ".join(known))
    place = known.index(behind) + 1
    taken = {*known, *(q.code for q in instrument.questions), *(a.code for a in instrument.attributes)}
    new = [block.section.code, *(q.code for q in block.section.questions), *(a.code for a in block.attributes)]
    problems = []
    used = [code for code in new if code in taken]
    used += [code for code, scale in block.scales.items() if instrument.scales.get(code, scale) != scale]
    if used:
        problems.append(Problem(code="instruments.block_code_used", fields={"codes": ", ".join(used)}))
    seen = {q.code for part in instrument.sections[:place] for q in part.questions}
    looked_at = {code for q in block.section.questions if q.show_if is not None for code in questions_in(q.show_if)}
    if looked_at - seen:
        late = ", ".join(sorted(looked_at - seen))
        problems.append(Problem(code="instruments.block_too_early", fields={"after": behind, "questions": late}))
    nodes = {node.code for node in instrument.index.walk()}
    unknown = sorted({code for a in block.attributes for code in a.indicators} - nodes)
    if unknown:
        problems.append(Problem(code="instruments.unknown_crosswalk", fields={"codes": ", ".join(unknown)}))
    if problems:
        raise InstrumentError(problems)
    content = {name: getattr(instrument, name) for name in type(instrument).model_fields}
    content |= {
        "version": version,
        "scales": {**instrument.scales, **block.scales},
        "attributes": (*instrument.attributes, *block.attributes),
        "sections": (*instrument.sections[:place], block.section, *instrument.sections[place:]),
    }
    return Instrument.model_validate(content)
