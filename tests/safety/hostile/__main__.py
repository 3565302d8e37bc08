"""Writes the corpus anew."""

from tests.safety.hostile import CORPUS, lines

CORPUS.write_text(lines(), "ascii")
