"""What identifies a person inside an open answer: found by pattern and checksum, and masked.

Numbers are told apart from prices, versions, dates and model numbers by their form, their check digit (identity
numbers: GB 11643-1999; bank cards: ISO/IEC 7812-1, annex B) or the words before them. Names are taken for names only
where the text itself introduces them ("my name is", 我叫, a surname before 先生); a bare name is not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from survey.personal_names import names_in

__all__ = ["MASK", "PersonalKind", "PersonalSpan", "find_personal", "mask_personal"]

PersonalKind = Literal[
    "mail",
    "telephone",
    "document",
    "bank_card",
    "account",
    "network",
    "plate",
    "position",
    "name",
    "address",
    "order_number",
]

MASK = "●●●"
"""Stands for a value that is not shown."""

_BEFORE = r"(?<![A-Za-z0-9_-])"
_LOCAL = r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}"
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x2010: 0x2D, 0x2011: 0x2D}
"""Full-width signs and their plain forms, one for one, so that places in the text stay the same."""
_HAN_DIGIT = "零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_STREET = r"(?:(?![省市区县镇乡住在到是至寄送发了个])[\u4e00-\u9fff]){1,6}"
_DOOR = r"[\dA-Za-z一二三四五六七八九十百\-]{1,6}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalSpan:
    """What was found, and where it stands in the text (``start`` inclusive, ``end`` exclusive)."""

    kind: PersonalKind
    start: int
    end: int


def _pattern(*alternatives: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{alternative})" for alternative in alternatives), flags)


_MAIL = _pattern(
    _LOCAL + r"@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}",
    _LOCAL + r" ?[(\[{] ?(?:at|AT|艾特) ?[)\]}] ?(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}",
)
_TELEPHONE = _pattern(
    r"(?<!\d)(?:(?:\+|00)?86[ -]?)?1[3-9]"
    r"(?:\d{9}|\d[ .-]\d{4}[ .-]?\d{4}|\d[ -]\d{3}[ -]\d{5}|\d{2}[ -]\d{4}[ -]\d{3})(?!\d)",
    r"(?<!\d)\+\d{1,3}[ .-]?(?:\(0?\d{1,4}\)[ .-]?)?\d(?:[ ./-]?\d){6,12}(?!\d)",  # international
    r"(?<!\d)00[1-9]\d{0,2}[ -]\d(?:[ -]?\d){6,12}(?!\d)",
    _BEFORE + r"\(?0\d{1,3}\)?[ -]\d{3,4}[ -]?\d{4}(?:(?:转|-| ?ext\.? ?)\d{1,5})?(?!\d)",  # landline, Korean mobile
    _BEFORE + r"\(0\d{2,3}\)\d{7,8}(?!\d)",
    _BEFORE + r"0(?:10|2\d|[3-9]\d{2})[2-9]\d{6,7}(?!\d)",
    _BEFORE + r"(?!(?:1[ .-])?\(?(?:400|8(?:00|88|77|66))\)?[ .-])(?:1[ .-])?"
    r"(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}(?![\d.-]\d|\d)",  # US
    _BEFORE + r"07\d{3} ?\d{3} ?\d{3}(?!\d)",  # British mobile
    _BEFORE + r"0[1-9]([ .])\d{2}(?:\1\d{2}){3}(?!\d)",  # French
    _BEFORE + r"0\d{2,4}[ /-]\d{5,8}(?!\d)",  # German
    rf"(?<![{_HAN_DIGIT}])[一幺壹][{_HAN_DIGIT}]{{10}}(?![{_HAN_DIGIT}])",
)
_SAID_TELEPHONE = re.compile(
    r"(?:电话|座机|手机|电联|联系方式|tel(?:ephone)?|phone|mobile|cell|call me|reach me|ring me|전화)"
    r"(?:号码|号|number|no\.?| at| on| is|是|为|请打|打|[:：.#\s])*(?!1?[ -]?(?:400|800)[ -]?\d{3}|95\d{3}(?!\d))"
    r"(?P<found>\+?\d(?:[ -]?\d){6,14})(?![\d元块分])",
    re.IGNORECASE,
)
_CN_ID = re.compile(r"(?<!\d)[1-9]\d{5}[ -]?(?:18|19|20)\d{6}[ -]?\d{3}[\dXx](?![\dA-Za-z])")
_OLD_CN_ID = re.compile(r"(?<!\d)(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])\d{4}(?P<day>\d{6})\d{3}(?!\d)")
_DOCUMENT = _pattern(
    _BEFORE + r"[A-Z]{1,2}\d{6}\([0-9A]\)",  # Hong Kong
    _BEFORE + r"(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])",  # United States
    _BEFORE + r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-[1-4]\d{6}(?![\d-])",  # Korea
    _BEFORE + r"(?:[EG]\d{8}|E[A-HJ-NP-Z]\d{7})(?![A-Za-z0-9])",  # Chinese passport
)
_SAID_DOCUMENT = re.compile(
    r"(?:护照|护照号|通行证|身份证|证件号?|"
    r"passport|id card|identity card|national insurance|social security|\bssn|여권)"
    r"(?:号码|号|number|no\.?|is|是|为|[:：#\s])*(?P<found>(?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{5,18})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_CARD = re.compile(r"(?<![\d.-])[3-6]\d{3}(?:([ -])\d{4}\1\d{4}\1\d{1,7}|\d{11,15})(?![\d.-]\d|\d)")
_ACCOUNT = _pattern(
    r"(?<![A-Za-z0-9_-])o[A-Za-z0-9_-]{27}(?![A-Za-z0-9_-])",  # WeChat openid
)
_SAID_ACCOUNT = re.compile(
    r"(?:微信|薇信|威信|微信号|企业微信|(?<![A-Za-z/])(?:we ?chat|weixin|wx|vx)|"
    r"加[Vv]信?|v信|扣扣|(?<![A-Za-z/])qq|支付宝|抖音号|"
    r"小红书号|微博|(?<![A-Za-z/])(?:skype|telegram|whatsapp|line id|kakao id))"
    r"(?P<said>(?:号码|号|账号|帐号|id|is|是|为|名|也是|同号|[:：=]|\s)*)"
    r"(?P<found>[A-Za-z][\w-]{4,19}|[1-9]\d{4,11})(?![\w元块])",
    re.IGNORECASE | re.ASCII,
)
_NETWORK = _pattern(
    r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.]?\d)",
    r"(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){4,7}[0-9A-Fa-f]{1,4}(?![\w:])",
    r"(?<![\w:])(?=[A-Fa-f:]*\d)(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}(?![\w:])",
    flags=re.ASCII,
)
_VERSION = re.compile(
    r"(?:\bv|ver(?:sion)?\.?|release|build|版本号?|固件|系统|软件|更新到|升级到)[\s:：是为]*$", re.IGNORECASE
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·• -]?"
    r"(?=[A-Z]*\d)[A-HJ-NP-Z0-9]{5,6}(?![A-Za-z0-9])"
)
_ADDRESS = _pattern(
    rf"{_STREET}(?:路|街|巷|大道|胡同|小区|花园|公寓|家园|新村|嘉苑|雅苑|大厦|里弄)\s?{_DOOR}\s?(?:号楼|号院|号(?!线|店|柜|窗|馆|门|台|桌|机|线)|弄|栋|幢|座|单元)"
    rf"(?:{_DOOR}(?:号楼|号|栋|幢|座|单元|楼|层|室|房|户))*(?:\d{{2,4}}(?!\d|元|块|年|分))?",
    r"(?<![\d.])\d{1,3}(?:号楼|栋|幢)(?:\d{1,2}(?:单元|门))?\d{3,4}(?:室|房|号)?(?!\d|元|块)",
    r"(?<![\d.])\d{1,2}单元\d{3,4}(?:室|房|号)?(?!\d|元|块)",
    r"(?<![\w.])\d{1,5}[A-Za-z]?,? (?:(?:[NSEW]\.?|North|South|East|West|\d{1,3}(?:st|nd|rd|th)|[A-Z][a-z'’.-]+) ){1,4}"
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Terrace|Crescent|Close|Square)\b\.?"
    r"(?:,? (?:Apt|Apartment|Unit|Suite|Flat|#)\.? ?\w{1,5})?",
    r"(?<!\w)[A-ZÄÖÜ][a-zäöüß-]+(?:straße|strasse|str\.|weg|platz|allee|gasse) \d{1,4}[a-z]?(?!\w)",
)
_POSITION = re.compile(r"(?<![\d.])-?\d{1,2}\.\d{4,}(?:, ?| )-?\d{1,3}\.\d{4,}(?:(?: -?\d+\.\d+){2})?(?![\d.])")
_ORDER = re.compile(
    r"(?:订单|运单|快递单|物流单|单)(?:编号|号码|号)?(?:是|为|[:：#\s])*(?P<zh>(?=[A-Za-z-]*\d)[A-Za-z0-9-]{6,32})"
    r"|(?:order|tracking|booking|invoice)(?: ?(?:number|no\.?|id|#))?(?: is)?[:#\s]*"
    r"(?P<en>(?=[A-Za-z-]*\d)[A-Za-z0-9-]{6,32})",
    re.IGNORECASE,
)
_DIGIT = re.compile(rf"[\d{_HAN_DIGIT}]")


def find_personal(text: str, *, also: tuple[PersonalKind, ...] = ()) -> tuple[PersonalSpan, ...]:
    """What identifies a person in a text, in reading order and without overlaps.

    Parameters
    ----------
    also : kinds looked for on request only: ``order_number``.
    """
    plain = text.translate(_WIDE)
    found: list[PersonalSpan] = []
    if _DIGIT.search(plain):
        found += _numbers(plain)
        if "order_number" in also:
            found += (
                PersonalSpan(kind="order_number", start=match.start(match.lastgroup or 0), end=match.end())
                for match in _ORDER.finditer(plain)
            )
    found += _plain_matches("mail", _MAIL, plain) if "@" in plain or "at" in plain.lower() or "艾特" in plain else ()
    found += _plain_matches("account", _ACCOUNT, plain)
    found += _accounts(plain)
    found += (PersonalSpan(kind="name", start=start, end=end) for start, end in names_in(plain))
    return _without_overlaps(found)


def mask_personal(text: str, *, also: tuple[PersonalKind, ...] = ()) -> str:
    """The text with everything that identifies a person replaced by :data:`MASK`."""
    found = find_personal(text, also=also)
    if not found:
        return text
    pieces, last = [], 0
    for span in found:
        pieces += [text[last : span.start], MASK]
        last = span.end
    return "".join(pieces) + text[last:]


def _numbers(text: str) -> Iterator[PersonalSpan]:
    for match in _CN_ID.finditer(text):
        digits = re.sub(r"[ -]", "", match[0])
        if _is_day(digits[6:14]) or _check_digit(digits[:17]) == digits[17].upper():
            yield PersonalSpan(kind="document", start=match.start(), end=match.end())
    for match in _OLD_CN_ID.finditer(text):
        if _is_day("19" + match["day"]):
            yield PersonalSpan(kind="document", start=match.start(), end=match.end())
    for match in _CARD.finditer(text):
        if _luhn(re.sub(r"[ -]", "", match[0])):
            yield PersonalSpan(kind="bank_card", start=match.start(), end=match.end())
    yield from _plain_matches("document", _DOCUMENT, text)
    yield from _said("document", _SAID_DOCUMENT, text)
    yield from _plain_matches("telephone", _TELEPHONE, text)
    yield from _said("telephone", _SAID_TELEPHONE, text)
    for match in _NETWORK.finditer(text):
        octets = match[0].split(".")
        is_version = len(octets) == 4 and bool(_VERSION.search(text[: match.start()]))
        if not is_version and (len(octets) == 1 or all(int(octet) < 256 for octet in octets)):
            yield PersonalSpan(kind="network", start=match.start(), end=match.end())
    yield from _plain_matches("plate", _PLATE, text)
    yield from _plain_matches("position", _POSITION, text)
    yield from _plain_matches("address", _ADDRESS, text)


def _plain_matches(kind: PersonalKind, pattern: re.Pattern[str], text: str) -> Iterator[PersonalSpan]:
    for match in pattern.finditer(text):
        yield PersonalSpan(kind=kind, start=match.start(), end=match.end())


def _said(kind: PersonalKind, pattern: re.Pattern[str], text: str) -> Iterator[PersonalSpan]:
    for match in pattern.finditer(text):
        yield PersonalSpan(kind=kind, start=match.start("found"), end=match.end("found"))


def _accounts(text: str) -> Iterator[PersonalSpan]:
    """Ids of messengers named as such; a word after the name of the service is one only if the text says so."""
    for match in _SAID_ACCOUNT.finditer(text):
        introduced = bool(re.search(r"号|id|是|为|[:：=]|\bis\b", match["said"], re.IGNORECASE))
        if introduced or re.search(r"\d", match["found"]):
            yield PersonalSpan(kind="account", start=match.start("found"), end=match.end("found"))


def _without_overlaps(found: list[PersonalSpan]) -> tuple[PersonalSpan, ...]:
    """Overlapping finds are one, of the kind that comes first among the kinds."""
    order = {kind: place for place, kind in enumerate(get_args(PersonalKind))}
    joined: list[PersonalSpan] = []
    for span in sorted(found, key=lambda span: (span.start, -span.end)):
        if joined and span.start < joined[-1].end:
            last = joined.pop()
            kind = min(last.kind, span.kind, key=lambda kind: order[kind])
            span = PersonalSpan(kind=kind, start=last.start, end=max(last.end, span.end))  # noqa: PLW2901
        joined.append(span)
    return tuple(joined)


def _is_day(digits: str) -> bool:
    """Whether YYYYMMDD is a day a living person may be born on."""
    try:
        return 1880 <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year <= 2100
    except ValueError:
        return False


def _check_digit(digits: str) -> str:
    """The check digit of a Chinese identity number (GB 11643-1999, ISO 7064 MOD 11-2)."""
    return "10X98765432"[sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(digits)) % 11]


def _luhn(digits: str) -> bool:
    """Whether a card number carries its check digit (ISO/IEC 7812-1, annex B)."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
