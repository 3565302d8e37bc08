"""What an admin sees of a halt."""

from __future__ import annotations

from bot.views.scene import Scene
from bot.views.view import Text, View


def halted(scene: Scene, broadcasts: int) -> View:
    words, n = scene.words, broadcasts
    text = Text().bold(words("Halted. Nothing is sent to anybody.")).line()
    if n:
        text.line(words.n("{n} broadcast stands still.", "{n} broadcasts stand still.", n, n=n))
    return text.line(words("Readers are still answered. /resume goes on.")).view()


def resumed(scene: Scene, broadcasts: int) -> View:
    words, n = scene.words, broadcasts
    text = Text().bold(words("Sending is allowed again.")).line()
    if n:
        text.line(words.n("{n} broadcast goes on.", "{n} broadcasts go on.", n, n=n))
    return text.view()
