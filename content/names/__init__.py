"""A name in any spelling -> the right person, a choice, or an honest no. Usable without the bot.

>>> index = NameIndex([Name("a", "Жанбота Алжанова")])
>>> index.ask("Zhanbota Alzhanova").verdict
<Verdict.CARD: 'card'>
"""

from content.names.answer import Answer, Candidate, Explanation, Mention, Name, Verdict
from content.names.policy import NameIndex

__all__ = ["Answer", "Candidate", "Explanation", "Mention", "Name", "NameIndex", "Verdict"]
