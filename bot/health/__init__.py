"""Whether the bot is well, for machines: checks, counts, and a watchdog."""
