"""A second person's approval: what the approver is asked, and what becomes of the request."""

from __future__ import annotations

from bot.views import correction
from bot.views.alert import button, job_name
from bot.views.desk import Desk, audience_line, count_line, text_line
from bot.views.preflight import Findings, look_at
from bot.views.scene import Scene
from bot.views.view import Text, View
from bot.views.words import LANGUAGES
from storage.records import ApprovalState, Broadcast

MINUTES = 30


def request(scene: Scene, desk: Desk, found: Findings, asker: int) -> View:
    """Under the exact messages: who asks, whom it reaches, names, links, the questions, *Approve* and *Reject*."""
    words = scene.words
    text = Text().bold(words("Approval is asked for.")).line()
    if desk.of is not None:
        text.line(words("Correction of № {n}", n=desk.of))
    text.line(words("By the admin {id}. Above is exactly what readers will get.", id=asker)).line()
    for language in LANGUAGES:
        text.line(text_line(scene, desk.draft, language))
    text.line(words("Audience: {audience}", audience=audience_line(scene, desk.audience)))
    text.line(count_line(scene, desk) if desk.of is None else correction.reach(scene, desk))
    if desk.unchanged:
        text.line(correction.unchanged(scene, desk))
    if desk.draft.at:
        text.line(words("Goes out: {moment}", moment=words.exact(desk.draft.at, scene.house.timezone)))
    look_at(scene, text, found)
    text.line().line(words("Sourced? Safe to name? No children, addresses, health? Copies cannot be recalled."))
    text.line(words("The request ends in {n} minutes.", n=MINUTES))
    approve = button(scene, words("Approve"), "ap", desk.id, found.digest)
    return text.view((approve, button(scene, words("Reject"), "rj", desk.id, found.digest)))


def asked(scene: Scene, draft: int, how_many: int) -> View:
    words = scene.words
    line = words.n("{n} person is asked to approve.", "{n} people are asked to approve.", how_many, n=how_many)
    text = Text().bold(line).line()
    text.line(words("It goes out when one of them approves. The request ends in {n} minutes.", n=MINUTES))
    text.line(words("Any change withdraws it."))
    return text.view((button(scene, words("Withdraw"), "wd", draft), button(scene, words("Back"), "bk", draft)))


def ask_for_reason(scene: Scene, draft: int, digest: str) -> View:
    words = scene.words
    text = Text().line(words("Send the reason as your next message. Whoever asked will read it."))
    return text.view((button(scene, words("Reject without a reason"), "rr", draft, digest),))


def reason_told(scene: Scene, broadcast: Broadcast) -> View:
    """For whoever rejected it."""
    text = Text().line(_outcome_of(scene, broadcast, ApprovalState.REJECTED))
    return text.line(scene.words("Whoever asked has your reason.")).view()


def ended(scene: Scene, broadcast: Broadcast, state: ApprovalState, reason: str = "") -> View:
    """What stands where the request stood, for approvers."""
    return Text().line(_outcome_of(scene, broadcast, state)).line(reason).view()


def _outcome_of(scene: Scene, broadcast: Broadcast, state: ApprovalState) -> str:
    words = scene.words
    if broadcast.of is not None:
        return f"{job_name(words, broadcast.kind, broadcast.of)}: {outcome(scene, state)}"
    return words("Alert {n}: {outcome}", n=broadcast.id, outcome=outcome(scene, state))


def told(scene: Scene, broadcast: Broadcast, state: ApprovalState, reason: str = "") -> View:
    """For whoever asked, as a message of its own."""
    words, draft = scene.words, broadcast.id
    text = Text().bold(_outcome_of(scene, broadcast, state)).line()
    if reason:
        text.line(words("Reason: {reason}", reason=reason))
    if state is ApprovalState.APPROVED:
        return text.view((button(scene, words("How far it is"), "rp", draft),))
    return text.view((button(scene, words("Open the draft"), "pv", draft),))


def outcome(scene: Scene, state: ApprovalState) -> str:
    words = scene.words
    return {
        ApprovalState.PENDING: words("approval is asked for."),
        ApprovalState.APPROVED: words("approved."),
        ApprovalState.REJECTED: words("rejected. Nothing was sent."),
        ApprovalState.EXPIRED: words("nobody decided in time. Nothing was sent."),
        ApprovalState.UNDONE: words("taken back before the first message. Nothing was sent."),
        ApprovalState.VOID: words("changed or withdrawn. Nothing was sent."),
    }[state]
