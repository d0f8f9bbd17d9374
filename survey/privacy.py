"""What identifies a person: such columns are never stored as they are, and their cells never shown.

The words by which a heading gives itself away are data (``identifying_words.yaml``). Values are judged by
their pattern: a column in which most cells look like a telephone number is one, whatever its heading. What is hidden
inside open answers is found by :mod:`survey.personal_text`.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from survey.importers.cell_text import CellValue, cell_text, fold
from survey.personal_text import MASK, PersonalKind, find_personal, mask_personal

__all__ = [
    "MASK",
    "Keep",
    "PersonalHeading",
    "PrivacyRole",
    "heading_privacy",
    "identifying_heading",
    "identifying_kind",
    "identifying_values",
    "last_four",
    "linking_form",
    "mask_personal",
    "pseudonym",
    "region_in",
    "shown",
]

PrivacyRole = Literal["identifier", "quasi", "sensitive", "paradata", "answer", "free_text"]
"""What a column says of a person: who it is, a trait that narrows it down, something laws protect, or none of these."""

Keep = Literal["drop", "digest", "region", "masked", "last4"]
"""What is stored of a column: nothing, a keyed digest, the region, the text masked, the last four digits."""

_CERTAIN: frozenset[PersonalKind] = frozenset(
    {"mail", "telephone", "document", "bank_card", "account", "network", "plate", "position"}
)
_FILLER = re.compile(
    r"^(?:请(?:您)?(?:填写|输入|留下|提供)?|您的|你的|贵公司的|please |enter |your |what is your |my |귀하의 ?|당신의 ?"
    r")+"
)
_COURTESY = re.compile(
    r"^(?:(?:烦请|麻烦|请)(?:问|您|你|在此)*(?:填写|输入|留下|提供|告知|写下|登记)?(?:一下)?"
    r"|(?:please )?(?:leave|provide|give(?: us)?|tell us|write|fill in|share|state)(?: us)? ?|please )"
)
_OWNER = re.compile(
    r"^(?:您|你|贵方|本人|客户|顾客|用户|会员|孩子|小孩|儿童|宝宝|幼儿|婴儿|子女|学生|学员|家长|父亲|母亲|监护人|被?推荐人|介绍人"
    r"|患者|病人|就诊人|受访者|被访者|调查对象|填表人|填写人|录入人|申请人|参与者|参会人|报名人|投诉人|经办人|负责人|法人|紧急联系人|联系人"
    r"|员工|教师|老师|班主任|医生|业主|住户|户主|租户|乘客|旅客|游客|司机|车主|收货人|配偶|访问员|访员|调查员)"
    r"(?:本人)?的? ?(?:真实|本人)?(?=.)"
    r"|^(?:the )?(?:your|respondent|participant|customer|client|guest|user|child|kid|son|daughter|student|pupil|patient"
    r"|parent|father|mother|guardian|caregiver|spouse|husband|wife|interviewer|enumerator|employee|teacher|doctor|nurse"
    r"|household head|head of household|referrer|referee|recipient|visitor|tenant|member|emergency contact"
    r"|contact person)(?:'s|s'|s|’s)? (?=.)"
)
_ASKED = re.compile(r"(?:是什么|是多少|是哪个|是|叫什么|为)$")
_PURPOSE = re.compile(
    r"[,，;；。]|,? (?:so (?:that )?(?:we|you)|if you|in case|for (?:us|follow|further|the)|to (?:be|receive)) "
)
_OF_MORE_THAN_PERSONS = frozenset({"contact", "定位", "称呼", "ip", "token", "tel", "cell", "mail"})
"""Words that say who somebody is only when they stand alone: "customer contact" and 客户定位 are subjects."""
_ENDING = re.compile(r"[\s:：?？*＊。.]+$|[(（\[【][^)）\]】]*[)）\]】][\s:：?？*]*$")
_NUMBERED = re.compile(r"^\s*(?:第\s*\d+\s*题|q?\d+(?:-\d+)?)\s*[、.．:：)）]?\s*", re.IGNORECASE)
_PARTS = re.compile(r"\s*(?:[/&|,，、;；+]|或|和|与|及| or | and )\s*")
_BESIDE_IP = re.compile(r"\s*[0-9A-Fa-f.:]{3,45}\s*[(（]\s*(?P<region>[^()（）\d]{1,40}?)\s*[)）]\s*")
_UNKNOWN_REGIONS = frozenset({"未知", "unknown", "-", "内网ip", "局域网", "n/a"})
_CN_MOBILE = re.compile(r"(?:\+|00)?(?:86)?(1[3-9]\d{9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalHeading:
    """What a heading announces: the role of the column, and the kind of word that says so (``telephone`` ...)."""

    role: PrivacyRole
    kind: str


@cache
def _words() -> dict[str, PersonalHeading]:
    import yaml

    text = (resources.files("survey") / "identifying_words.yaml").read_text(encoding="utf-8")
    by_role: dict[PrivacyRole, dict[str, list[str]]] = yaml.safe_load(text)
    found: dict[str, PersonalHeading] = {}
    for role, by_kind in by_role.items():
        for kind, words in by_kind.items():
            for word in words:
                found.setdefault(_plain(str(word)), PersonalHeading(role=role, kind=kind))
    return found


def _plain(text: str) -> str:
    return fold(text.replace("_", " "))


@cache
def heading_privacy(heading: str) -> PersonalHeading | None:
    """What a heading says of the person, or None for one that asks for something else.

    The whole heading has to say so, apart from its number, courtesies, brackets and whose it is: "3、您的手机号" and
    "childs_name" do, "staff addressed you by name" does not. Where it names several things (姓名/手机号) all of them
    have to be such.
    """
    bare = _NUMBERED.sub("", _plain(html.unescape(heading)))
    bare = _ENDING.sub("", _FILLER.sub("", _ENDING.sub("", bare)))
    words = _words()
    if bare in words or not bare:
        return words.get(bare)
    if re.fullmatch(r"[\w.-]+(?:/[\w.-]+)+", heading.strip()):  # the path of a question in its group
        last = _plain(heading.strip().rpartition("/")[2])
        return words.get(last) or _identifier(last)
    parts = [words.get(part) for part in _PARTS.split(bare) if part]
    named = [part for part in parts if part is not None]
    if len(named) < 2 or len(named) < len(parts):
        return _identifier_of(bare, asked=_ENDING.sub("", _NUMBERED.sub("", _plain(html.unescape(heading)))))
    return next((part for part in named if part.role == "identifier"), named[0])


def _identifier_of(bare: str, *, asked: str) -> PersonalHeading | None:
    """The identifier a longer heading asks for: 客户姓名, childs_name, Mobile No., 请留下您的姓名和电话，以便回访.

    ``bare`` is the heading without courtesies, ``asked`` with them. Clauses count only where one asks to leave
    something; all a clause names has to be an identifier.
    """
    clauses = [bare]
    if len(parts := [part for part in _PURPOSE.split(asked) if part]) > 1 or _COURTESY.match(asked):
        clauses += [_COURTESY.sub("", part.strip()) for part in parts if _COURTESY.match(part.strip())]
    for clause in clauses:
        names = [_identifier(name) for name in _PARTS.split(clause) if name.strip()]
        kinds = [name for name in names if name is not None]
        if kinds and len(kinds) == len(names):
            return kinds[0]
    return None


def _identifier(name: str) -> PersonalHeading | None:
    """The identifier a name stands for, without its owner, "no." for number, and "是什么" at its end."""
    words = _words()
    plain = _ENDING.sub("", name.strip())
    plain = re.sub(r"[ .](?:no|nr|num)$", " number", plain)
    own = _ASKED.sub("", _OWNER.sub("", _FILLER.sub("", plain))).strip()
    if own != plain and own in _OF_MORE_THAN_PERSONS:
        return None
    found = words.get(plain) or words.get(own)
    return found if found is not None and found.role == "identifier" else None


def identifying_heading(heading: str) -> bool:
    """Whether a heading asks for something that leads to one person (name, telephone, IP, openid ...)."""
    found = heading_privacy(heading)
    return found is not None and found.role == "identifier"


def identifying_values(values: Iterable[CellValue], *, sample: int = 200) -> bool:
    """Whether most of the first ``sample`` filled cells hold an e-mail, telephone, identity number, IP or openid."""
    return identifying_kind(values, sample=sample) is not None


def identifying_kind(values: Iterable[CellValue], *, sample: int = 200) -> PersonalKind | None:
    """The kind of identifier that most of the first ``sample`` filled cells hold, or None where they hold none."""
    kinds: list[PersonalKind | None] = []
    for value in values:
        if text := cell_text(value):
            kinds.append(_identifier_in(text))
            if len(kinds) == sample:
                break
    found = Counter(kind for kind in kinds if kind is not None)
    return found.most_common(1)[0][0] if 2 * found.total() > len(kinds) else None


def _identifier_in(text: str) -> PersonalKind | None:
    """The kind of a text that is an identifier and little else."""
    if len(text) > 80:
        return None
    spans = find_personal(text)
    return next((s.kind for s in spans if s.kind in _CERTAIN and s.end - s.start >= len(text) * 0.5), None)


def region_in(value: CellValue) -> str | None:
    """The region a platform wrote beside an IP (``192.0.2.1(江苏-南京)`` gives ``江苏-南京``), or None.

    No address is looked up, and a cell without an address gives nothing.
    """
    beside = _BESIDE_IP.fullmatch(cell_text(value))
    return None if beside is None or fold(beside["region"]) in _UNKNOWN_REGIONS else beside["region"]


def last_four(value: CellValue) -> str | None:
    """The last four digits of a telephone number, or None where there are fewer than seven digits."""
    digits = re.sub(r"\D", "", cell_text(value))
    return digits[-4:] if len(digits) >= 7 else None


def shown(value: CellValue, *, identifying: bool = False, width: int = 60) -> str:
    """A cell as a message may show it: masked where it identifies, and cut at ``width`` characters."""
    if identifying:
        return MASK
    text = mask_personal(cell_text(value)).replace("\n", " ")
    return text if len(text) <= width else f"{text[:width]}…"


def linking_form(value: str) -> str:
    """The form in which two spellings of one id are equal.

    Width, case and blanks do not count, nor do the country code and the hyphens of a Chinese mobile number.
    """
    folded = fold(value)
    mobile = _CN_MOBILE.fullmatch(re.sub(r"[ .-]", "", folded))
    return mobile[1] if mobile else folded


def pseudonym(value: str, key: bytes) -> str:
    """A keyed digest in place of an identifying id: equal ids stay equal, and nothing else is kept.

    HMAC-SHA-256 (RFC 2104) of the :func:`linking_form`, the first 64 bits as 16 hexadecimal digits.
    """
    return hmac.new(key, linking_form(value).encode(), hashlib.sha256).hexdigest()[:16]
