"""Details that no text may hold, and the ordinary sentences that look a little like them."""

from __future__ import annotations

import time

import pytest

from content.harm import HARMS, harm_in, harms_near

HARMFUL = (
    ("Write to ada.lind@example.org", "an e-mail address"),
    ("Write to ada [at] example.org", "an e-mail address"),
    ("mailto:ada", "an e-mail address"),
    ("See t.me/dvk_channel", "a link into Telegram"),
    ("See https://telegram.me/x", "a link into Telegram"),
    ("tg://resolve?domain=x", "a link into Telegram"),
    ("She posts as @ada_lind.", "a handle"),
    ("В сети она @ada_lind", "a handle"),
    ("Read https://example.org", "a web address"),
    ("Read www.example.org", "a web address"),
    ("Her page is facebook.com/ada.lind", "a web address"),
    ("Её страница vk.com/id1234", "a web address"),
    ("850101300123", "digits that look like an identity number"),
    ("ИИН 850101 300123", "digits that look like an identity number"),
    ("Passport No. N12345678", "digits that look like an identity number"),
    ("удостоверение личности № 012345678", "digits that look like an identity number"),
    ("+7 (701) 123-45-67", "a telephone number"),
    ("+442079460000", "a telephone number"),
    ("8 701 123 45 67", "a telephone number"),
    ("8-701-123-45-67", "a telephone number"),
    ("87011234567", "a telephone number"),
    ("(7172) 12-34-56", "a telephone number"),
    ("тел. 123-45-67", "a telephone number"),
    ("Живёт на ул. Абая, 12", "a street with a house"),
    ("улица Абая, дом 12", "a street with a house"),
    ("проспект Республики 5", "a street with a house"),
    ("12 Baker Street", "a street with a house"),
    ("Apt. 4", "a street with a house"),
    ("кв. 45", "a street with a house"),
    ("Абай көшесі, 12", "a street with a house"),
    ("born on 4 July 1985", "an exact date of birth"),
    ("born July 4, 1985", "an exact date of birth"),
    ("Date of birth: 04.07.1985", "an exact date of birth"),
    ("родилась 4 июля 1985 года", "an exact date of birth"),
    ("4 шілде күні туған", "an exact date of birth"),
    ("a 7-year-old", "a child's age"),
    ("a seven-year-old boy", "a child's age"),
    ("her daughter, aged 5", "a child's age"),
    ("her son (7)", "a child's age"),
    ("children ages 3 and 5", "a child's age"),
    ("7-летний сын", "a child's age"),
    ("с пятилетней дочерью", "a child's age"),
    ("сын, 7 лет", "a child's age"),
    ("детям 3 и 5 лет", "a child's age"),
    ("в возрасте 9 лет", "a child's age"),
    ("7 жасар ұлы", "a child's age"),
    ("5 жастағы қызы", "a child's age"),
    ("mother of three", "a number of children"),
    ("father of 2", "a number of children"),
    ("мать троих детей", "a number of children"),
    ("многодетная мать", "a number of children"),
    ("үш баланың анасы", "a number of children"),
)

HARMLESS = (
    "mothers of minor children",
    "The five mothers were held; one of five women.",
    "матери несовершеннолетних детей",
    "кәмелетке толмаған балалардың аналары",
    "One year of restricted freedom and 100 hours of community work.",
    "Один год ограничения свободы, 100 часов общественных работ, два года без социальных сетей.",
    "Бір жыл бас бостандығынан шектеу және 100 сағат қоғамдық жұмыс.",
    "3-летнее ограничение свободы",
    "a 15-day arrest",
    "15 суток ареста, 23 мая вызван в военкомат",
    "5 лет лишения свободы",
    "жертвы в возрасте 45 лет",
    "a 34-year-old activist",
    "aged 34",
    "2019-06-27",
    "2019-06-27, 2019-07-04",
    "27-06-19",
    "9 June 2019 to 10 June 2019",
    "at least 4 000 people, nearly 4,000, at least 1 000",
    "Doc. 14933",
    "P8_TA(2019)0203",
    "32 members from 18 countries",
    "bureau.kz",
    "kazakhstan.example.org and odfoundation.eu",
    "He was born in 1985 in Almaty.",
    "родилась в Алма-Ате",
    "The street protests of 9 June",
    "Article 405 of the Criminal Code, part 2",
    "mother of all battles",
    "Ratio 2:1 @ noon",
    "10 000 000 tenge",
    "ұсталды, 2019 жылғы 4 шілдеде",
    "Балалар 2019 жылы мектепке барды",
    "дети, 2019 год",
)


@pytest.mark.parametrize(("text", "what"), HARMFUL)
def test_harm_is_found(text: str, what: str) -> None:
    assert (harm_in(text) or "").startswith(what)


@pytest.mark.parametrize(("text", "what"), HARMFUL)
def test_harm_is_found_by_the_quick_look_at_a_whole_record(text: str, what: str) -> None:
    near = harms_near(f"A text.\0{text}\0Another.")
    assert (harm_in(text, among=near) or "").startswith(what)


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_sentences_pass(text: str) -> None:
    assert harm_in(text) is None


def test_every_kind_of_harm_is_tried() -> None:
    tried = {harm_in(text) for text, _ in HARMFUL}
    assert tried >= {harm.what for harm in HARMS}


def test_a_sources_own_address_may_hold_digits_but_no_telegram() -> None:
    assert harm_in("https://example.org/a/123456789012?at=@x", address=True) is None
    assert harm_in("https://t.me/s/x", address=True) is not None


def test_no_pattern_runs_away() -> None:
    """A record's longest texts, made of what the patterns wait for, are looked through at once."""
    seeds = ("a", " ", "ул. ", "мать ", "child x ", "8 7", "a.", "1-", "дет 7 ", "at]", "1 a ")
    began = time.process_time()
    for seed in seeds:
        harm_in((seed * 3000)[:3000])
    assert time.process_time() - began < 2
