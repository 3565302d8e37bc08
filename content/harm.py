"""What must stand in no text of a record, since it leads to a person's door, phone or child.

Patterns for English, Russian and Kazakh, and for numbers as Kazakhstan writes them; they hold an editor
back at the gross and common slips, and replace nobody's judgement. All look at casefolded text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TEEN = r"(?:1[0-7]|\d)"
_EN_NUMBER = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_EN_AGE = rf"(?:{_EN_NUMBER}|thirteen|fourteen|fifteen|sixteen|seventeen|{_TEEN})"
_EN_CHILD = r"(?:child|children|kids?|sons?|daughters?|baby|babies|infants?|toddlers?|boys?|girls?|pupils?)"
_RU_CHILD = r"(?:дет(?:и|ей|ям|ьми|ях)|(?:реб[её]н|сын|доч|мальчик|девоч|школьни|младен)\w{0,20})"
_KK_CHILD = r"(?:бала|ұл|қыз|сәби|оқушы)\w{0,20}"
_MONTH = (
    r"(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)\w{0,20}"
    r"|қаңтар|ақпан|наурыз|сәуір|мамыр|маусым|шілде|тамыз|қыркүйек|қазан|қараша|желтоқсан)"
)
_BORN = r"\b(?:born(?:\s{1,3}on)?|date of birth|родил(?:ся|ась)|дата рождения|туған күні)\W{1,3}"
_CHILD_AGE = "a child's age; expected no age, number or name of children"
_CHILD_NUMBER = "a number of children; expected no age, number or name of children"
_NET = "a web address in a text; expected a record in sources, cited by its id"
_PHONE = "a telephone number; expected none in a record"
_BIRTH = "an exact date of birth; expected none in a record"
_PLACE = "a street with a house, or a flat; expected no address of a home or a workplace"


@dataclass(frozen=True, slots=True)
class Harm:
    """One kind of detail that a text may not hold."""

    what: str
    """What was found; what was expected."""
    pattern: re.Pattern[str]
    needs: tuple[str, ...] = ()
    """A text without any of these cannot match (empty: any may); `harms_near` looks for them."""
    digits: int = 0
    """Nor can a text with fewer digits than this."""
    in_addresses: bool = False
    """Looked for in a source's own address too."""


HARMS = (
    Harm(
        "an e-mail address; expected none in a record",
        re.compile(r"[\w.+-]@[\w-]{1,63}\.\w|[\w.+-]\s?[\[({]\s?(?:at|собака)\s?[\])}]\s?\w|\bmailto:"),
        ("@", "at)", "at]", "at}", "at )", "at ]", "at }", "собака", "mailto"),
        in_addresses=True,
    ),
    Harm(
        "a link into Telegram; expected none: who opens it shows an interest",
        re.compile(r"(?<![\w.-])(?:t|telegram)\.me(?:/|(?![\w.]))|(?<![\w.-])telegram\.dog\b|\btg://"),
        ("t.me", "telegram.", "tg:"),
        in_addresses=True,
    ),
    Harm("a handle; expected none in a record", re.compile(r"(?<![\w@/.+-])@[a-z_][\w.]{2,}"), ("@",)),
    Harm(_NET, re.compile(r"\bhttps?:|(?<![\w.-])www\."), ("http", "www.")),
    Harm(
        _NET,
        re.compile(
            r"(?<![\w-])(?:facebook|fb|instagram|vk|twitter|x|tiktok|youtube|ok|threads|whatsapp|viber|wa)"
            r"\.(?:com|ru|me|net)/[\w@]"
        ),
        (".com/", ".ru/", ".me/", ".net/"),
    ),
    Harm(
        "digits that look like an identity number; expected none in a record",
        re.compile(
            r"(?<![\d+])\d{12}(?!\d)|(?<!\d)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -][0-6]\d{5}(?!\d)"
            r"|\b(?:(?:passport|identity card|id card|iin|иин|жсн)|(?:паспорт|төлқұжат|жеке куәлі)\w{0,20}"
            r"|удостоверени\w{0,20}(?: личности)?)\W{0,3}(?:no|number|номер|нөмірі)?\W{0,3}[a-z]{0,2}\s?\d{6,}"
        ),
        digits=6,
    ),
    Harm(
        _PHONE,
        re.compile(
            r"(?<![\w{1,20}])\+\s?\d(?:[\s().-]{0,2}\d){8,14}(?!\d)"
            r"|(?<![\d-])[78][\s(-]{0,2}\d{3}[\s)-]{0,2}\d{3}[\s-]?\d{2}[\s-]?\d{2}(?![\d-])"
            r"|(?<![\d-])(?:\(?\d{3,5}\)?[\s-]\d{2,3}|\d{3})-\d{2}-\d{2}(?![\d-])|\btel:\s{0,3}\d"
        ),
        digits=6,
    ),
    Harm(
        _PLACE,
        re.compile(
            r"(?<!\w)(?:ул\.|улиц[аеуы]|пр\.|проспект[ае]?|мкр\.?|микрорайон\w{0,20})\s{0,3}[\w «»\".-]{2,40}?,?\s{0,3}"
            r"(?:д\.|дом\s)?\s{0,3}\d+|(?<!\w)(?:кв\.|квартир[аеуы])\s{0,3}№?\s{0,3}\d+"
        ),
        ("ул", "пр.", "проспект", "мкр", "микрорайон", "кв"),
        digits=1,
    ),
    Harm(
        _PLACE,
        re.compile(
            r"\b(?:apt\.?|apartment|flat)\s{0,3}(?:№|no\.?|#)?\s{0,3}\d+|\b\d+[a-z]?,?\s{1,3}(?:[a-z'-]+\s){1,3}(?:street|avenue)\b"
            r"|\w\s{1,3}көшесі,?\s{0,3}(?:№\s{0,3})?\d+|(?<!\w)пәтер\w{0,20}\s{0,3}№?\s{0,3}\d+"
        ),
        ("apt", "apartment", "flat", "street", "avenue", "көшесі", "пәтер"),
        digits=1,
    ),
    Harm(
        _BIRTH,
        re.compile(
            rf"{_BORN}(?:the\s{{1,3}})?(?:\d{{1,2}}(?:st|nd|rd|th)?\s{{1,3}}(?:of\s{{1,3}})?{_MONTH}|{_MONTH}\s{{1,3}}\d{{1,2}}\b(?!\d)"
            r"|\d{1,4}[./-]\d{1,2}[./-]\d{1,4})"
            rf"|\d{{1,2}}\s{{1,3}}{_MONTH}\w{{0,20}}\s{{1,3}}(?:күні\s{{1,3}})?(?:туған|дүниеге келген)"
        ),
        ("born", "birth", "родил", "рожден", "туған", "дүниеге"),
        digits=1,
    ),
    Harm(
        _CHILD_AGE,
        re.compile(
            rf"\b{_EN_AGE}[ -](?:years?|months?)[ -]old\b|\b(?:aged|at the age of)\s{{1,3}}{_EN_AGE}\b"
            rf"|\b{_EN_CHILD}\W{{1,3}}(?:\w{{1,20}}\W{{1,3}}){{0,3}}?ages?\s{{1,3}}{_EN_AGE}\b"
        ),
        ("old", "age"),
    ),
    Harm(_CHILD_AGE, re.compile(rf"\b{_EN_CHILD},?\s{{0,3}}\(?{_TEEN}\)"), (")",), digits=1),
    Harm(
        _CHILD_AGE,
        re.compile(
            rf"\b{_TEEN}[- ]?(?:летн|месячн)\w{{0,20}}\s{{1,3}}(?:\w{{1,20}}\s{{1,3}})?{_RU_CHILD}"
            rf"|\b(?:дву|тр[её]|четыр[её]|пяти|шести|семи|восьми|девяти|десяти|\w{{1,20}}надцати)х?летн\w{{0,20}}\s{{1,3}}(?:\w{{1,20}}\s{{1,3}})?{_RU_CHILD}"
        ),
        ("летн", "месячн"),
    ),
    Harm(
        _CHILD_AGE,
        re.compile(
            rf"\b{_RU_CHILD}[^.;]{{0,30}}?(?<!\d){_TEEN}\s{{0,3}}(?:лет|год(?:а|ика)?|месяц\w{{0,20}})\b"
            rf"|\bв возрасте\s{{1,3}}(?:до\s{{1,3}})?{_TEEN}\s{{0,3}}(?:лет|год|мес)"
            rf"|(?<!\d){_TEEN}\s{{0,3}}(?:жасар|жастағы|айлық)\s{{1,3}}(?:\w{{1,20}}\s{{1,3}})?{_KK_CHILD}|\b{_KK_CHILD}[^.;]{{0,20}}?(?<!\d){_TEEN}\s{{0,3}}жаста\b"
        ),
        ("лет", "год", "мес", "жас", "айлық"),
        digits=1,
    ),
    Harm(
        _CHILD_NUMBER,
        re.compile(
            rf"\b(?:mother|father|parent)s?\s{{1,3}}(?:of|to)\s{{1,3}}(?:{_EN_NUMBER}|\d+)\b(?!\s{{1,3}}(?:activist|prisoner|detainee|adult))"
            r"|\b(?:мать|матери|матерью|отец|отца|отцом)\s{1,3}(?:двоих|троих|четверых|пятерых|шестерых|\d+(?:-х)?)(?!\w)"
            r"|\bмногодетн|\b(?:екі|үш|төрт|бес|алты|\d+)\s{1,3}бала(?:ның|лы)\b|\bкөпбалалы\b"
        ),
        ("mother", "father", "parent", "мат", "отец", "отц", "многодетн", "бала"),
    ),
)
_DIGIT = re.compile("[0-9]")


def harms_near(texts: str) -> tuple[Harm, ...]:
    """The kinds of harm that any part of `texts` could hold: one cheap look for a whole record."""
    folded = texts.casefold()
    digits = len(_DIGIT.findall(texts))
    return tuple(
        [
            harm
            for harm in HARMS
            if digits >= harm.digits and (not harm.needs or [need for need in harm.needs if need in folded])
        ]
    )


def harm_in(text: str, *, address: bool = False, among: tuple[Harm, ...] = HARMS) -> str | None:
    """What is wrong and what was expected, or None. `address`: the text is a source's own address."""
    folded = text.casefold()
    for harm in among:
        if address and not harm.in_addresses:
            continue
        if harm.digits and len(_DIGIT.findall(folded)) < harm.digits:
            continue
        if harm.pattern.search(folded):
            return harm.what
    return None
