"""*Correct*: what readers see of a correction, and what the editor sees while writing it."""

from __future__ import annotations

from dataclasses import replace

from bot.views.alert import FEWEST, button, few_readers
from bot.views.callback import Action, pack
from bot.views.desk import Desk, text_line
from bot.views.draft import Draft
from bot.views.outgoing import framed, heading, outgoing, shown_language
from bot.views.scene import Scene
from bot.views.view import Button, Text, View
from bot.views.words import LANGUAGES, Words
from storage.records import Broadcast, DeliveryState


def corrected(scene: Scene, draft: Draft) -> View:
    """The message as it stands after the correction: the new words, and under them a mark in the reader's language."""
    view, written = outgoing(scene, draft), draft.texts[_shown(scene, draft)]
    marked = framed(heading(scene, draft), written, mark(scene))
    return replace(view, text=marked.text, entities=marked.entities)


def notice(scene: Scene, draft: Draft) -> View:
    """What answers the message, since an edit makes no sound: the new words under their name."""
    language = _shown(scene, draft)
    said = framed(lead(scene), draft.texts[language], Text())
    rows: tuple[tuple[Button, ...], ...] = ()
    if language != scene.language:
        label = scene.words.language_name(language)
        rows = ((Button(f"🌐 {label}", data=pack(scene.language, Action.NO_TEXT)),),)
    return View(said.text, said.entities, rows)


def hidden_notice(words: Words, broadcast: int) -> View:
    """The same for a reader who hides message texts."""
    read = Button(words("Read"), data=pack(words.language, Action.READ, broadcast))
    return Text().line(words("A message was corrected")).view((read,))


def mark(scene: Scene) -> Text:
    return Text().line().line().italic(scene.words("✎ Corrected, {date}", date=scene.words.date(scene.today)))


def lead(scene: Scene) -> Text:
    return Text().bold(scene.words("Correction:")).plain(" ")


def ours(scene: Scene, desk: Desk) -> int:
    """UTF-16 units that we add to what is typed."""
    above = heading(scene, desk.draft).size[0]
    return above if desk.of is None else above + max(mark(scene).size[0], lead(scene).size[0])


def _shown(scene: Scene, draft: Draft) -> str:
    language = shown_language(draft, scene.language, scene.house.language)
    if language is None:
        raise LookupError("a correction without a text")
    return language


def panel(scene: Scene, desk: Desk) -> View:
    """Under the preview of a correction: which languages say something new, whom it reaches, what can be done."""
    words = scene.words
    text = Text().bold(words("Correction of № {n}", n=desk.of)).line()
    if desk.draft.texts and len(desk.unchanged) == len(desk.draft.texts):
        text.line(words("Above is what readers have now."))
    else:
        text.line(words("Above is exactly what readers will see, and what tells them of it."))
    text.line()
    for language in LANGUAGES:
        text.line(words("{language}: as it went out", language=LANGUAGES[language])
                  if language in desk.unchanged else text_line(scene, desk.draft, language))  # fmt: skip
    text.line().line(reach(scene, desk))
    if desk.asked:
        text.line(words("Approval is asked for. Any change here withdraws the request."))
    discard = button(scene, words("Discard"), "no", desk.id)
    rows = ((button(scene, words("Text"), "tx", desk.id), button(scene, words("Preview"), "pv", desk.id)),)
    if not desk.total or len(desk.unchanged) == len(desk.draft.texts):
        return text.view(*rows, (discard,))
    return text.view(*rows, (button(scene, words("Correct now"), "go", desk.id), discard))


def reach(scene: Scene, desk: Desk) -> str:
    """What it does, and for how many."""
    words, n = scene.words, desk.total
    if few_readers(desk.audience, n):
        return words("It is edited for fewer than {n} readers, and they are told.", n=FEWEST)
    return words.n("It is edited for {n} reader, who is told.", "It is edited for {n} readers, who are told.",
                   n, n=words.number(n))  # fmt: skip


def label(scene: Scene, desk: Desk) -> str:
    words, n = scene.words, desk.total
    if few_readers(desk.audience, n):
        return words("Correct for fewer than {n} readers", n=FEWEST)
    return words.n("Correct for {n} reader", "Correct for {n} readers", n, n=words.number(n))


def unchanged(scene: Scene, desk: Desk) -> str:
    """A line of the pre-flight for the languages that nobody has rewritten."""
    names = ", ".join(map(scene.words.tongue, desk.unchanged))
    return scene.words("Not corrected: {languages}. Its readers are told all the same.", languages=names)


def stop_first(scene: Scene, broadcast: Broadcast) -> View:
    """It still goes out: to be stopped, and corrected where it has arrived."""
    words, id_ = scene.words, broadcast.id
    sent, total = broadcast.counts.get(DeliveryState.SENT, 0), broadcast.total
    text = Text().bold(words("Correction of № {n}", n=id_)).line()
    if few_readers(broadcast.audience, total):
        text.line(words("It is still going out."))
    else:
        text.line(words("It is still going out: {sent} of {total} have it.",
                        sent=words.number(sent), total=words.number(total)))  # fmt: skip
    text.line(words("It is stopped at once. Who has it gets the correction; who has not gets nothing for now."))
    text.line(words("To them it can be sent afterwards, corrected: “Send to the rest” in its report."))
    return text.view(
        (button(scene, words("Stop and correct"), "cs", id_),),
        (button(scene, words("Back"), "rp", id_),),
    )


def ask_for_text(scene: Scene, desk: Desk, language: str) -> View:
    words = scene.words
    text = Text().bold(words("Correction of № {n}", n=desk.of)).line()
    text.line(words("Above is what readers have now."))
    text.line(words("Send the corrected text in {language}, whole, as your next message.", language=language))
    text.line(words("Nothing is changed before you confirm it."))
    back = button(scene, words("Back"), "bk", desk.id)
    return text.view((back, button(scene, words("Discard"), "no", desk.id)))


def too_late(scene: Scene, draft: int) -> View:
    """It cannot be edited any more: a new message does it."""
    words = scene.words
    text = Text().bold(words("This goes out as a new message.")).line()
    text.line(words("What went out is more than 48 hours old, or nobody has it any more, so that it cannot be edited."))
    text.line(words("It goes to the same audience and says by itself what it corrects."))
    text.line().line(words("Send the text as your next message."))
    return text.view((button(scene, words("Discard"), "no", draft),))
