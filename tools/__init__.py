"""What a maintainer runs over the requirement files. No part of the bot, and not installed with it."""
