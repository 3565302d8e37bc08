"""Subscribing, topics, following, stopping: all that makes or erases a reader's row."""

from __future__ import annotations

from telegram import Update

from bot.handlers.context import Context, callback_of
from bot.handlers.reply import answer, send, show
from bot.views import start as start_views
from bot.views.callback import Action, Callback
from bot.views.router import screen
from storage.records import Subscriber, Topic
from storage.subscribers import Subscribers

ALL = frozenset(Topic)
URGENT = frozenset({Topic.ALERTS})


async def pressed(update: Update, context: Context) -> None:
    """The buttons of Action.SUBSCRIBE_ALL, URGENT_ONLY, TOGGLE, FOLLOW, UNFOLLOW and UNSUBSCRIBE."""
    callback = callback_of(update)
    user = update.effective_user
    if callback is None or user is None:
        return
    if callback.action in (Action.SUBSCRIBE_ALL, Action.URGENT_ONLY):
        await _subscribe(update, context, callback)
    elif callback.action is Action.TOGGLE:
        await _toggle(update, context, callback)
    elif callback.action in (Action.FOLLOW, Action.UNFOLLOW):
        await _follow(update, context, callback)
    else:
        await stop(update, context)


async def _subscribe(update: Update, context: Context, callback: Callback) -> None:
    subscribers = context.services.storage.subscribers
    user = update.effective_user
    if user is None:
        return
    await enrol(subscribers, user.id, callback)
    scene = await context.scene(update)
    await show(update, context, start_views.subscribed(scene))


async def enrol(subscribers: Subscribers, person: int, callback: Callback) -> None:
    """What *Subscribe to all* and *Urgent alerts only* ask for."""
    before = await subscribers.get(person)
    language = before.language if before else callback.language
    if callback.action is Action.URGENT_ONLY and before is not None:
        await subscribers.set_topics(person, URGENT)
    else:
        topics = ALL if callback.action is Action.SUBSCRIBE_ALL else URGENT
        await subscribers.subscribe(person, language, topics)


async def _toggle(update: Update, context: Context, callback: Callback) -> None:
    user = update.effective_user
    topic = next((topic for topic in Topic if topic.value == callback.arg(0)), None)
    if user is None or topic is None or callback.arg(1) not in ("0", "1"):
        await answer(update)
        return
    subscribers = context.services.storage.subscribers
    before = await subscribers.get(user.id)
    held = before.topics if before else frozenset()
    wanted = callback.arg(1) == "1"
    if not wanted:
        if before is not None:
            await subscribers.set_topics(user.id, held - {topic})
    else:
        await subscribers.subscribe(user.id, before.language if before else callback.language, held | {topic})
    after = await subscribers.get(user.id)
    await _redraw(update, context, Action.TOPICS, notice=_what_changed(context, callback, before, after))


def _what_changed(context: Context, callback: Callback, before: Subscriber | None, after: Subscriber | None) -> str:
    words = context.services.scene(after.language if after else callback.language, after).words
    if before is not None and after is None:
        return words("Nothing is left to send: your record is erased.")
    return words("Saved.")


async def _follow(update: Update, context: Context, callback: Callback) -> None:
    user = update.effective_user
    case = callback.arg(0)
    if user is None:
        return
    services = context.services
    if callback.action is Action.UNFOLLOW:
        await services.storage.subscribers.unfollow(user.id, case)
    elif case in services.library.cases:
        await services.storage.subscribers.follow(user.id, case, callback.language)
    scene = await context.scene(update)
    if callback.action is Action.FOLLOW:
        notice = scene.words("You follow this case. To send you its news we now store your encrypted chat number.")
    elif scene.reader is None:
        notice = scene.words("Nothing is left to send: your record is erased.")
    else:
        notice = scene.words("You no longer follow this case.")
    if callback.arg(1) == "fl":
        await _redraw(update, context, Action.FOLLOWED, notice=notice)
    else:
        await _redraw(update, context, Action.CASE, case, "0", callback.arg(1, "h"), notice=notice)


async def _redraw(update: Update, context: Context, action: Action, *args: str, notice: str) -> None:
    scene = await context.scene(update)
    view = screen(scene, Callback(scene.language, action, args)) or screen(scene, Callback(scene.language, Action.HOME))
    if view is not None:
        await show(update, context, view, notice)


async def stop(update: Update, context: Context) -> None:
    """/stop, /forget and *Unsubscribe*: the row is erased before the answer says so."""
    scene = await context.scene(update)
    user = update.effective_user
    if user is None:
        return
    await context.services.storage.subscribers.erase(user.id)
    services = context.services
    view = start_views.stopped(services.scene(scene.language, None, admin=scene.admin))
    if update.callback_query is not None:
        await show(update, context, view)
    else:
        await send(update, context, view)
