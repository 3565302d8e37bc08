"""What a file and a folder may be, what leads where, and what could harm somebody."""

from __future__ import annotations

from tests.unit.content.broken import CASE, DECLARATION, GROUP, PAGE, PERSON, UPDATE, instead, more, row
from tests.unit.content.folder import SOUND, edited

YAML = (
    row(
        "a duplicate key",
        edited(PERSON, "aliases:", "role: other\naliases:"),
        "people/ada.yaml:9:1: duplicate key 'role'; expected each key once",
    ),
    row(
        "an anchor",
        edited(PERSON, "role: activist", "role: &r activist"),
        "people/ada.yaml:8:7: anchor &r; expected the value alone",
    ),
    row(
        "an alias",
        edited(PERSON, "role: activist", "role: *r"),
        "people/ada.yaml:8:7: alias *r; expected the value itself, written out",
    ),
    row(
        "a tag",
        edited(PERSON, "role: activist", "role: !!str activist"),
        "people/ada.yaml:8:7: tag tag:yaml.org,2002:str; expected the value alone",
    ),
    row(
        "a merge key",
        edited(PERSON, "role: activist", "role: activist\n<<: {role: activist}"),
        "people/ada.yaml:9:1: merge key <<; expected the fields themselves, written out",
    ),
    row(
        "a bomb",
        instead(PERSON, "a: &a [x, x]\nb: &b [*a, *a]\n"),
        *(f"people/ada.yaml:1:1: no {name}" for name in ("checked", "id", "name;", "naming_basis")),
        *(f"people/ada.yaml:1:1: no {name}" for name in ("review_by", "role;", "role_sources")),
        "people/ada.yaml:1:1: unknown field 'a'",
        "people/ada.yaml:1:4: anchor &a",
        "people/ada.yaml:2:1: unknown field 'b'",
        "people/ada.yaml:2:4: anchor &b",
        "people/ada.yaml:2:8: alias *a",
        "people/ada.yaml:2:12: alias *a",
    ),
    row(
        "a second document",
        more(PERSON, "---\nid: ada\n"),
        "people/ada.yaml:12:1: a second document; expected one record a file",
    ),
    row(
        "a field without a value",
        edited(PERSON, "role: activist", "role:"),
        "people/ada.yaml:8:6: no value; expected one, or no such line",
    ),
    row(
        "null for a value",
        edited(PERSON, "role: activist", "role: null"),
        "people/ada.yaml:8:7: no value; expected one, or no such line",
    ),
    row(
        "a tab for an indent",
        edited(PERSON, "  en: {", "\ten: {"),
        "people/ada.yaml:4:1: not YAML: found character that cannot start any token; expected YAML; quote",
    ),
    row(
        "a quotation that never ends",
        edited(PERSON, "role: activist", "role: 'activist"),
        "people/ada.yaml:8:7: not YAML: found unexpected end of stream while scanning a quoted scalar; expected",
    ),
    row(
        "a colon in a text",
        edited(PERSON, "role: activist", "role: activist: yes"),
        "people/ada.yaml:8:15: not YAML: mapping values are not allowed in this context; expected YAML; quote",
    ),
    row(
        "a list for a key",
        edited(PERSON, "role: activist", "role: activist\n? [role]\n: activist"),
        "people/ada.yaml:9:3: a list or map as a key; expected a word",
    ),
    row(
        "nested too deep",
        instead(PERSON, "id: " + "[" * 300),
        "people/ada.yaml:1:24: nested too deep; expected at most 20 levels",
    ),
    row(
        "a list for a record",
        instead(PERSON, "- a\n- b\n"),
        "people/ada.yaml:1:1: not a map of fields; expected a record, beginning with id: ada",
    ),
    row(
        "an empty file",
        instead(PERSON, ""),
        "people/ada.yaml:1:1: an empty file; expected a record, beginning with id: ada",
    ),
    row(
        "a file of comments",
        instead(PERSON, "# later\n"),
        "people/ada.yaml:1:1: an empty file; expected a record",
    ),
    row(
        "not UTF-8",
        instead(PERSON, SOUND[PERSON].encode().replace(b"activist", b"activi\xe9")),
        "people/ada.yaml:8:13: not UTF-8; expected the file saved as UTF-8",
    ),
    row(
        "a byte order mark",
        instead(PERSON, "\ufeff" + SOUND[PERSON]),
        "people/ada.yaml:1:1: character U+FEFF; expected text without control or invisible characters",
    ),
    row(
        "a change of direction",
        edited(PERSON, "activist", "activ\u202eist"),
        "people/ada.yaml:8:12: character U+202E; expected text without control",
    ),
    row(
        "a change of direction that is escaped",
        edited(PERSON, "role: activist", 'role: "activ\\u202eist"'),
        "people/ada.yaml:8:7: character U+202E; expected text without control",
    ),
)

FOLDERS = (
    row(
        "a file that is too large",
        more(PERSON, "#" * 256 * 1024),
        "people/ada.yaml:1:1: larger than 256 KiB; expected one record",
    ),
    row(
        "a file that is not named after its id",
        {**instead(UPDATE, None), "updates/u-2.yaml": SOUND[UPDATE]},
        "updates/u-2.yaml:1:5: id 'u-1' is not the file's name; expected 'u-2'",
    ),
    row(
        "one id in two files",
        more("updates/u-2.yaml", SOUND[UPDATE]),
        "updates/u-2.yaml:1:5: id 'u-1' is that of another file; expected 'u-2'",
    ),
    row(
        "another ending",
        more("updates/u-2.yml", SOUND[UPDATE]),
        "updates/u-2.yml:1:1: unknown kind of file; expected ID.yaml",
    ),
    row(
        "a folder in a folder",
        more("people/old/ada.yaml", SOUND[PERSON]),
        "people/old:1:1: not a plain file; expected ID.yaml, no folder and no link",
    ),
    row(
        "an unknown folder",
        more("persons/ada.yaml", SOUND[PERSON]),
        "persons:1:1: not of a library; expected sources, people, cases, declarations, updates, README or LICENSE",
    ),
    row(
        "a record outside the folders",
        more("ada.yaml", SOUND[PERSON]),
        "ada.yaml:1:1: not of a library; expected sources, people,",
    ),
)

LINKS = (
    row(
        "an unknown source",
        edited(CASE, "ru: Была задержана.}\n    sources: [page]", "ru: Была задержана.}\n    sources: [page, pages]"),
        "cases/ada.yaml:15:21: no 'pages' in sources; expected page, or another that is there",
    ),
    row(
        "an unknown source of a spelling",
        edited(PERSON, "basis: seen, source: page", "basis: seen, source: book"),
        "people/ada.yaml:4:45: no 'book' in sources; expected one that is there",
    ),
    row(
        "an unknown person",
        edited(DECLARATION, "people: [ada]", "people: [ada, bob]"),
        "declarations/d-1.yaml:13:15: no 'bob' in people; expected one that is there",
    ),
    row(
        "an unknown case",
        edited(UPDATE, "cases: [ada]", "cases: [adam]"),
        "updates/u-1.yaml:6:9: no 'adam' in cases; expected ada, or another that is there",
    ),
    row(
        "an unknown declaration",
        edited(UPDATE, "[d-1]", "[d-2]"),
        "updates/u-1.yaml:7:16: no 'd-2' in declarations; expected one that is there",
    ),
    row(
        "part of an unknown case",
        edited(CASE, "part_of: club", "part_of: clubs"),
        "cases/ada.yaml:23:10: no 'clubs' in cases; expected club, or another that is there",
    ),
    row(
        "a case whose person is missing",
        {
            **edited(DECLARATION, "people: [ada]\n", ""),
            PERSON: None,
            GROUP: SOUND[GROUP].replace("people: [ada]\n", ""),
        },
        "cases/ada.yaml:4:10: no 'ada' in people; expected one that is there",
    ),
    row(
        "an id twice in one list",
        edited(GROUP, "people: [ada]", "people: [ada, ada]"),
        "cases/club.yaml:5:15: 'ada' a second time; expected each id once",
    ),
    row(
        "a circle of parts",
        {
            **more(GROUP, "part_of: ring\n"),
            "cases/ring.yaml": SOUND[GROUP].replace("id: club", "id: ring") + "part_of: club\n",
        },
        "cases/club.yaml:10:10: a circle: club → ring → club; expected an end",
    ),
    row(
        "part of itself",
        more(GROUP, "part_of: club\n"),
        "cases/club.yaml:10:10: a circle: club → club; expected an end",
    ),
    row(
        "part of an individual's case",
        {**more(GROUP, "part_of: ada\n"), CASE: SOUND[CASE].replace("part_of: club\n", "")},
        "cases/club.yaml:10:10: 'ada' is an individual's case; expected a group's or a theme's",
    ),
    row(
        "related to itself",
        more(DECLARATION, "related: [d-1]\n"),
        "declarations/d-1.yaml:16:11: itself; expected the ids of others",
    ),
    row(
        "a group with a person's id",
        {
            **more("cases/bob.yaml", SOUND[GROUP].replace("id: club", "id: bob")),
            "people/bob.yaml": SOUND[PERSON].replace("id: ada", "id: bob"),
        },
        "cases/bob.yaml:1:5: 'bob' is a person's id; expected another for a group case",
    ),
    row(
        "a declaration with a case's id",
        more("declarations/club.yaml", SOUND[DECLARATION].replace("id: d-1", "id: club")),
        "declarations/club.yaml:1:5: 'club' is a case's id; expected another for a declaration",
    ),
)

HARM = (
    row(
        "an inferred spelling for a name",
        edited(PERSON, "basis: transliterated}", "basis: inferred, source: other}"),
        "people/ada.yaml:5:31: an inferred spelling as a name; expected it in aliases",
    ),
    row(
        "a status that rests on an inference",
        edited(CASE, "date: 2019-07-04\n    sources: [page]", "date: 2019-07-04\n    sources: [page, other]"),
        "cases/ada.yaml:11:21: 'other' names this person by our inference alone; expected it under possible",
    ),
    row(
        "a possible claim about a group",
        more(GROUP, "possible:\n  - {name: X, reason: Y, claim: {date: 2019, text: Z, sources: [page]}}\n"),
        "cases/club.yaml:11:3: in a group case; expected in an individual's alone",
    ),
    row(
        "an e-mail address",
        edited(UPDATE, "was taken to custody.", "writes from ada@example.org."),
        "updates/u-1.yaml:5:7: an e-mail address; expected none in a record",
    ),
    row(
        "a telephone number",
        edited(UPDATE, "was taken to custody.", "answers at +7 701 123 45 67."),
        "updates/u-1.yaml:5:7: a telephone number; expected none in a record",
    ),
    row(
        "a handle",
        edited(CASE, "en: Was held.", "en: Posted as @adalind."),
        "cases/ada.yaml:14:16: a handle; expected none in a record",
    ),
    row(
        "a link into Telegram",
        edited(PAGE, "https://example.org/page", "https://t.me/channel/5"),
        "sources/page.yaml:8:6: a link into Telegram; expected none",
    ),
    row(
        "an address in a text",
        edited(UPDATE, "was taken to custody.", "wrote https://example.org/x"),
        "updates/u-1.yaml:5:7: a web address in a text; expected a record in sources, cited by its id",
    ),
    row(
        "an identity number",
        edited(PERSON, "role: activist", "role: activist 850101300123"),
        "people/ada.yaml:8:7: digits that look like an identity number; expected none in a record",
    ),
    row(
        "a child's age",
        edited(CASE, "summary: One of two who were held.", "summary: Held with a 7-year-old son."),
        "cases/ada.yaml:5:10: a child's age; expected no age, number or name of children",
    ),
)

SEVERAL = (
    row(
        "faults in several files, of several sorts",
        {
            **SOUND,
            PERSON: SOUND[PERSON].replace("role: activist", "rol: activist").replace("[page]", "[pag]"),
            CASE: SOUND[CASE].replace("2019-06\n", "2019-6\n").replace("custody", "jail"),
            UPDATE: SOUND[UPDATE].replace("[d-1]", "[d-9]").replace("To custody", "To: custody"),
            "updates/u-2.txt": "",
        },
        "cases/ada.yaml:9:13: unknown: 'jail'; expected",
        "cases/ada.yaml:13:11: not a date: '2019-6'; expected",
        "people/ada.yaml:1:1: no role; expected in every person",
        "people/ada.yaml:8:1: unknown field 'rol'; expected role, or none",
        "people/ada.yaml:9:16: no 'pag' in sources; expected page",
        "updates/u-1.yaml:4:10: not YAML: mapping values are not allowed in this context",
        "updates/u-2.txt:1:1: unknown kind of file",
    ),
)

WHOLES = (*YAML, *FOLDERS, *LINKS, *HARM, *SEVERAL)
