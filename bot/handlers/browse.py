"""Screens that the library alone decides: by command, by button, by deep link."""

from __future__ import annotations

from telegram import Update

from bot.handlers.context import Context, callback_of
from bot.handlers.reply import send, show
from bot.views.callback import Action, Callback
from bot.views.router import screen

COMMANDS = {
    "declarations": Action.DECLARATIONS,
    "cases": Action.CASES,
    "updates": Action.UPDATES,
    "sources": Action.SOURCES,
    "subscribe": Action.TOPICS,
    "settings": Action.SETTINGS,
    "privacy": Action.PRIVACY,
    "wipe": Action.WIPE,
    "help": Action.HELP,
    "about": Action.ABOUT,
}
"""Command -> the screen that it opens."""


async def command(update: Update, context: Context) -> None:
    """Any command of COMMANDS."""
    text = (update.effective_message.text if update.effective_message else "") or ""
    name = text.removeprefix("/").split(maxsplit=1)[0].partition("@")[0].lower()
    await open_screen(update, context, COMMANDS[name])


async def open_screen(update: Update, context: Context, action: Action, *args: str) -> None:
    scene = await context.scene(update)
    view = screen(scene, Callback(scene.language, action, args)) or screen(scene, Callback(scene.language, Action.HOME))
    if view is not None:
        await send(update, context, view)


async def pressed(update: Update, context: Context) -> None:
    """A button that leads to a screen; one that no longer leads anywhere redraws the start."""
    scene = await context.scene(update)
    callback = callback_of(update)
    view = screen(scene, callback) if callback is not None else None
    if view is not None:
        await show(update, context, view)
        return
    home = screen(scene, Callback(scene.language, Action.HOME))
    if home is not None:
        await show(update, context, home, scene.words("This button is out of date. Here is the start."))
