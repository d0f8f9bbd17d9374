"""How long a questionnaire takes, estimated from its wording and the kinds of its questions.

Time = reading + answering. Reading is words (characters in Chinese) over a silent reading rate: section
titles, stems, question wording and hints each time, answer labels only where the scale changes from one
question to the next. Answering is a fixed number of seconds by kind of question.

Sources. English: 238 words a minute, silent reading of non-fiction by adults, Brysbaert (2019), Journal of
Memory and Language 109, 104047. Chinese: 255 characters a minute read aloud (Trauzettel-Klosinski & Dietz
2012, Investigative Ophthalmology & Visual Science 53(9), 5452-5461), times 238/183, Brysbaert's silent over
oral rate: 330. Other languages written with spaces are read like English. The seconds for answering are a
convention of this library, set so that a question by itself on five labelled grades comes to about the ten
seconds that Pew Research Center reports for its online panel (2022, "How we keep our online surveys from
running too long"). Replace them by your own timings where you have any.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from survey.errors import InstrumentError
from survey.instrument import Instrument
from survey.questionnaire import Question, QuestionType
from survey.texts import Text

__all__ = ["ANSWER_SECONDS", "Pace", "estimated_minutes"]

WORDS_PER_MINUTE = 238.0
CHARACTERS_PER_MINUTE = 330.0
ANSWER_SECONDS: Mapping[QuestionType, float] = MappingProxyType(
    {"scale": 4.0, "single": 4.0, "multiple": 8.0, "ranking": 12.0, "number": 6.0, "text": 30.0}
)

_CHARACTER = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_WORD = re.compile(r"[^\W_]+(?:['’\-.][^\W_]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Reading rates per minute, and seconds to answer by kind of question."""

    words: float = WORDS_PER_MINUTE
    characters: float = CHARACTERS_PER_MINUTE
    answer_seconds: Mapping[QuestionType, float] = field(default_factory=lambda: ANSWER_SECONDS)

    def reading_seconds(self, text: str) -> float:
        """Seconds to read a text: Chinese characters (and kana) one by one, everything else in words."""
        characters = len(_CHARACTER.findall(text))
        words = len(_WORD.findall(_CHARACTER.sub(" ", text)))
        return 60 * (characters / self.characters + words / self.words)


def estimated_minutes(
    instrument: Instrument, language: str, *, routed_share: float = 1.0, pace: Pace | None = None
) -> float:
    """Minutes a respondent needs who reads everything once.

    Parameters
    ----------
    language
        Language of the wording; one of those of the instrument.
    routed_share
        Share (0-1) of the questions with a routing condition that a respondent is shown; 1 gives the
        longest way through.
    pace
        Reading rates and seconds for answering; those of this module when None.

    Raises
    ------
    InstrumentError
        The instrument has no such language.
    ValueError
        ``routed_share`` is outside 0-1.
    """
    if language not in instrument.languages:
        raise InstrumentError.of(
            "instruments.no_such_language",
            instrument=instrument.instrument,
            found=language,
            known=", ".join(instrument.languages),
        )
    if not 0 <= routed_share <= 1:
        raise ValueError(f"routed_share is a share between 0 and 1, not {routed_share}")
    chosen = pace or Pace()

    def read(text: Text | None) -> float:
        return 0.0 if text is None else chosen.reading_seconds(text.in_language(language))

    def asked(question: Question, *, new_scale: bool) -> float:
        labels = instrument.scale_of(question).all_options if question.scale is not None and new_scale else ()
        options = sum(read(option.label) for option in labels)
        return read(question.text) + read(question.hint) + options + chosen.answer_seconds[question.type]

    seconds = 0.0
    for section in instrument.sections:
        seconds += read(section.title) + read(section.stem)
        previous: str | None = None
        for question in section.questions:
            share = 1.0 if question.show_if is None else routed_share
            seconds += share * asked(question, new_scale=question.scale != previous)
            previous = question.scale
    return seconds / 60
