"""Answers that LimeSurvey supplies itself: rating points, yes and no, gender, and their wordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from survey.structures.draft import DraftOption

__all__ = ["ANSWER_SETS", "RATING_TYPES", "answer_set"]

ANSWER_SETS: Mapping[str, str] = {"5": "five", "Y": "yes_no", "G": "gender", "C": "certain", "E": "change"}
RATING_TYPES: Mapping[str, str] = {"A": "five", "B": "ten"}

_WORDS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "yes_no": (("Y", "Yes", "是"), ("N", "No", "否")),
    "gender": (("F", "Female", "女"), ("M", "Male", "男")),
    "certain": (("Y", "Yes", "是"), ("U", "Uncertain", "不确定"), ("N", "No", "否")),
    "change": (("I", "Increase", "增加"), ("S", "Same", "不变"), ("D", "Decrease", "减少")),
    "other": (("other", "Other", "其他"),),
}
_ELSEWHERE: Mapping[str, Mapping[str, str]] = {
    "Yes": {"de": "Ja", "fr": "Oui", "es": "Sí", "pt": "Sim", "it": "Sì", "nl": "Ja"},
    "No": {"de": "Nein", "fr": "Non", "es": "No", "pt": "Não", "it": "No", "nl": "Nee"},
    "Female": {"de": "Weiblich", "fr": "Féminin", "es": "Femenino", "pt": "Feminino", "it": "Femmina", "nl": "Vrouw"},
    "Male": {"de": "Männlich", "fr": "Masculin", "es": "Masculino", "pt": "Masculino", "it": "Maschio", "nl": "Man"},
    "Other": {"de": "Sonstiges", "fr": "Autre", "es": "Otro", "pt": "Outro", "it": "Altro", "nl": "Anders"},
}


def answer_set(name: str, languages: Sequence[str]) -> tuple[DraftOption, ...]:
    """The options of a fixed set, worded in the languages known here, in English otherwise."""
    points = {"five": 5, "ten": 10}.get(name)
    if points is not None:
        return tuple(
            DraftOption(code=point, label=dict.fromkeys(languages, str(point)), score=float(point))
            for point in range(1, points + 1)
        )
    return tuple(
        DraftOption(code=code, label={language: _worded(en, zh, language) for language in languages})
        for code, en, zh in _WORDS[name]
    )


def _worded(english: str, chinese: str, language: str) -> str:
    first = language.split("-", maxsplit=1)[0]
    return chinese if first == "zh" else _ELSEWHERE.get(english, {}).get(first, english)
