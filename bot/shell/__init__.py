"""What the shell commands do, one file a command; bot/cli.py only parses."""
