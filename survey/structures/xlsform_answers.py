"""What an XLSForm question is answered with: options of a list, a range, a number."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from survey.structures.builder import DraftBuilder
from survey.structures.draft import DraftOption, Kind
from survey.structures.xlsform_bounds import bounds_of, steps_of
from survey.structures.xlsform_tables import FormRow
from survey.structures.xlsform_types import RowType

__all__ = ["OTHER", "listed_options", "number_answer"]

OTHER: Mapping[str, str] = {"en": "Other", "zh": "其他", "es": "Otro", "fr": "Autre", "ru": "Другое", "pt": "Outro"}
"""The label ``or_other`` stands for, which a form does not hold."""
MOST_STEPS = 11
"""Steps up to which a range is a scale; a longer one is a number."""

Answer = tuple[Kind, Sequence[DraftOption], tuple[float | None, float | None]]


def listed_options(
    lists: Mapping[str, tuple[DraftOption, ...]],
    kind: RowType,
    languages: Sequence[str],
    specified: Collection[str] = (),
) -> tuple[DraftOption, ...]:
    """The options of a list, with "other" where the type adds it; ``specified`` names those that ask for a text."""
    options = lists.get(kind.list_name, ())
    if kind.or_other and all(str(option.code) != "other" for option in options):
        label = {language: OTHER.get(language, OTHER["en"]) for language in languages}
        options = (*options, DraftOption(code="other", label=label, specify=True))
    return tuple(
        DraftOption(code=option.code, label=option.label, specify=option.specify or str(option.code) in specified)
        for option in options
    )


def number_answer(row: FormRow, kind: RowType, builder: DraftBuilder, languages: Sequence[str]) -> Answer:
    """A short range is a scale, everything else a number with its accepted ends."""
    if kind.family == "range":
        start, end, step = steps_of(row.cell("parameters"))
        steps = int((end - start) / step) + 1 if step > 0 and end > start else 0
        if 2 <= steps <= MOST_STEPS and start.is_integer() and step.is_integer():
            codes = [int(start + number * step) for number in range(steps)]
            options = [DraftOption(code=code, label=dict.fromkeys(languages, str(code)), score=code) for code in codes]
            return "scale", options, (None, None)
        return "number", (), (start, end)
    whole = "int" in kind.word
    if whole:
        builder.remark("survey.structure_whole_numbers", row.cell("name"))
    constraint = row.cell("constraint")
    limits = bounds_of(constraint, whole=whole) if constraint else (None, None)
    if limits is None:
        builder.remark(
            "survey.structure_constraint_left_out",
            row.cell("name"),
            severity="warning",
            place=row.place,
            rule=constraint,
        )
    return "number", (), limits or (None, None)
