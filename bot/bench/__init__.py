"""`dauys bench`: the real bot against a lean stand-in for Telegram, each in a process of its own, measured."""
