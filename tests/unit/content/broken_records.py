"""What one record may say: fields, addresses, dates, what fits its kind."""

from __future__ import annotations

from tests.unit.content.broken import CASE, DECLARATION, GROUP, OTHER, PAGE, PERSON, UPDATE, more, row
from tests.unit.content.folder import edited

FIELDS = (
    row(
        "an unknown field, and so a missing one",
        edited(PERSON, "naming_basis: press", "naming_bases: press"),
        "people/ada.yaml:1:1: no naming_basis; expected in every person",
        "people/ada.yaml:10:1: unknown field 'naming_bases'; expected naming_basis, or none",
    ),
    row(
        "an unknown field of a status",
        edited(CASE, "    date: 2019-07-04\n", "    date: 2019-07-04\n    place: X\n"),
        "cases/ada.yaml:11:5: unknown field 'place'; expected one of status, date, sources, text",
    ),
    row(
        "a missing field",
        edited(PERSON, "review_by: 2027-05-23\n", ""),
        "people/ada.yaml:1:1: no review_by; expected in every person",
    ),
    row(
        "an event without a date",
        edited(CASE, "  - date: 2019-06\n    text", "  - text"),
        "cases/ada.yaml:13:5: no date; expected in every claim",
    ),
    row(
        "a claim without a source",
        edited(PERSON, "role_sources: [page]", "role_sources: []"),
        "people/ada.yaml:9:15: nothing in it; expected at least 1",
    ),
    row(
        "a status outside the list",
        edited(CASE, "status: custody", "status: jailed"),
        "cases/ada.yaml:9:13: unknown: 'jailed'; expected persecuted, travel-ban, detained,",
    ),
    row(
        "a list where one value stands",
        edited(PAGE, "kind: press", "kind: [press]"),
        "sources/page.yaml:9:7: unknown: a list; expected official, observer, press, advocacy or monitor",
    ),
    row(
        "one value where a list stands",
        edited(PERSON, "role_sources: [page]", "role_sources: page"),
        "people/ada.yaml:9:15: 'page'; expected a list",
    ),
    row(
        "a list where a text stands",
        edited(UPDATE, "title: To custody", "title: [To custody]"),
        "updates/u-1.yaml:4:8: a list; expected text, or a map of languages",
    ),
    row(
        "a text where a map of fields stands",
        edited(PERSON, "{text: Ада Линд, basis: transliterated}", "Ада Линд"),
        "people/ada.yaml:5:7: 'Ада Линд'; expected a map of fields",
    ),
    row(
        "a wrong language code of a name",
        edited(PERSON, "ru: {text", "xx: {text"),
        "people/ada.yaml:5:3: no such language code: 'xx'; expected ISO 639, such as en, ru, kk",
    ),
    row(
        "a wrong language code of a text",
        edited(CASE, "ru: Была", "rus: Была"),
        "cases/ada.yaml:14:27: no such language code: 'rus'; expected ISO 639",
    ),
    row(
        "a country for a language",
        edited(PAGE, "language: en", "language: NO"),
        "sources/page.yaml:4:11: no such language code: 'NO'; expected ISO 639",
    ),
    row(
        "an id with capitals",
        edited(UPDATE, "id: u-1", "id: U_1"),
        "updates/u-1.yaml:1:5: not an id: 'U_1'; expected 1 to 40 of a-z, 0-9 and -",
    ),
    row(
        "a number as programmers write it",
        edited(DECLARATION, "number: 1\n", "number: 0x1F\n"),
        "declarations/d-1.yaml:3:9: not a number: '0x1F'; expected 1 to 99999 in plain digits",
    ),
    row(
        "a title of two lines",
        edited(PAGE, "title: A page", 'title: "A\\npage"'),
        "sources/page.yaml:3:8: 'A\\npage'; expected one line of text, without tabs",
    ),
    row(
        "a text that no split can make fit",
        edited(UPDATE, "text: Ada Lind was", f"text: {'a' * 3001}"),
        "updates/u-1.yaml:5:7: too long; expected at most 3000 characters",
    ),
    row(
        "a text that fits in characters, but not as Telegram counts",
        edited(UPDATE, "text: Ada Lind was taken to custody.", f"text: {'😀' * 1501}"),
        "updates/u-1.yaml:5:7: 3002 UTF-16 units, too long for a message; expected at most 3000",
    ),
    row(
        "more sources than a message has room for",
        edited(UPDATE, "sources: [page]", f"sources: [{', '.join(f's-{n}' for n in range(21))}]"),
        "updates/u-1.yaml:8:10: 21 in it; expected at most 20",
        *(
            f"updates/u-1.yaml:8:{column}: no 's-{n}'"
            for n, column in enumerate((*range(11, 61, 5), *range(61, 127, 6)))
        ),
    ),
    row(
        "a seen spelling without its source",
        edited(PERSON, "basis: seen, source: page", "basis: seen"),
        "people/ada.yaml:4:7: no source for a spelling with basis seen; expected where it was read",
    ),
)

ADDRESSES = (
    row(
        "an address that is not http",
        edited(PAGE, "https://example.org/page", "ftp://example.org/page"),
        "sources/page.yaml:8:6: 'ftp://example.org/page'; expected an address with http:// or https://",
    ),
    row(
        "an address that runs",
        edited(PAGE, "https://example.org/page", "javascript:alert(1)"),
        "sources/page.yaml:8:6: 'javascript:alert(1)'; expected an address with http:// or https://",
    ),
    row(
        "no address",
        edited(PAGE, "https://example.org/page", "https://exa mple"),
        "sources/page.yaml:8:6: 'https://exa mple': invalid international domain name; expected an http or https",
    ),
    row(
        "one address in two sources",
        edited(OTHER, "https://example.org/other", "http://example.org/page/"),
        "sources/page.yaml:8:6: the address of source 'other' too; expected each address once",
    ),
)

DATES = (
    row(
        "a month that is none",
        edited(UPDATE, "date: 2019-07-04", "date: 1971-13-02"),
        "updates/u-1.yaml:3:7: no such date: 1971-13-02; expected YYYY, YYYY-MM, YYYY-MM-DD, or not_before:",
    ),
    row(
        "a day that was none",
        edited(UPDATE, "date: 2019-07-04", "date: 2019-02-29"),
        "updates/u-1.yaml:3:7: no such date: 2019-02-29; expected YYYY,",
    ),
    row(
        "a date in words",
        edited(UPDATE, "date: 2019-07-04", "date: 4 July 2019"),
        "updates/u-1.yaml:3:7: not a date: '4 July 2019'; expected YYYY,",
    ),
    row(
        "a year with a slip",
        edited(UPDATE, "date: 2019-07-04", "date: 0219-07-04"),
        "updates/u-1.yaml:3:7: no such date: 0219-07-04; expected a year from 1000 on",
    ),
    row(
        "not before a month",
        edited(GROUP, "{not_before: 2019-06-28}", "{not_before: 2019-06}"),
        "cases/club.yaml:9:15: not_before without a whole day; expected not_before: YYYY-MM-DD",
    ),
    row(
        "a map that is no date",
        edited(GROUP, "{not_before: 2019-06-28}", "{not_after: 2019-06-28}"),
        "cases/club.yaml:9:15: not a date; expected YYYY,",
    ),
    row(
        "checked in a month",
        edited(PERSON, "checked: 2026-11-23", "checked: 2026-11"),
        "people/ada.yaml:2:10: not a whole day: 2026-11; expected YYYY-MM-DD",
    ),
    row(
        "news from the future",
        edited(UPDATE, "date: 2019-07-04", "date: 2027"),
        "updates/u-1.yaml:3:7: 2027 is after checked, 2026-11-23; expected a day up to then",
    ),
    row(
        "an event from the future",
        edited(CASE, "  - date: 2019-06\n", "  - date: 2026-12\n"),
        "cases/ada.yaml:13:11: 2026-12 is after checked, 2026-11-23; expected a day up to then",
    ),
    row(
        "a review that was due at the check",
        edited(PERSON, "review_by: 2027-05-23", "review_by: 2026-11-23"),
        "people/ada.yaml:11:12: review by 2026-11-23, checked 2026-11-23; expected a review after the check",
    ),
    row(
        "a page seen before it was published",
        edited(PAGE, "seen: 2026-11-23", "seen: 2019-07-01"),
        "sources/page.yaml:6:12: published 2019-07-05, seen 2019-07-01; expected to be seen after that",
    ),
)

KINDS_OF_CASE = (
    row(
        "an individual's case about another",
        edited(CASE, "people: [ada]", "people: []"),
        "cases/ada.yaml:4:9: an individual's case bears the person's id; expected people: [ada]",
    ),
    row(
        "an individual's case with a title",
        more(CASE, "title: Ada\n"),
        "cases/ada.yaml:24:8: title of an individual's case; expected none: the person's name is its title",
    ),
    row(
        "an individual's case without a status",
        edited(CASE, "statuses:\n  - status: custody\n    date: 2019-07-04\n    sources: [page]\n", ""),
        "cases/ada.yaml:1:1: no status; expected at least one, dated, in an individual's case",
    ),
    row(
        "a group without a title",
        edited(GROUP, "title: The club\n", ""),
        "cases/club.yaml:1:1: no title; expected one for a group case",
    ),
    row(
        "a group with a status",
        more(GROUP, "statuses:\n  - {status: custody, date: 2019, sources: [page]}\n"),
        "cases/club.yaml:11:3: statuses of a group case; expected none: its members have theirs",
    ),
)

RECORDS = (*FIELDS, *ADDRESSES, *DATES, *KINDS_OF_CASE)
