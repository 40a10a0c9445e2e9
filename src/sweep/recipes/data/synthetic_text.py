"""Lines of a made-up tongue by a seeded grammar: its rules are learnt in seconds, its words only by heart.

A word opens with a hard consonant and goes on with soft ones, a vowel after each; its vowels are all front ones or all
back ones, as in Finnish or Turkish. Which words follow each other is chance, so a model that predicts more than the
rules in a text that it was trained on has learnt the text by heart.
"""

from __future__ import annotations

import numpy as np

HARD, SOFT = "ptkbdg", "mnlrsv"
FRONT, BACK = "eiy", "aou"
WORDS = (3, 6)  # of a line
SYLLABLES = (2, 4)


def write(length: int, rng: np.random.Generator) -> str:
    """``length`` characters of lines; the last one may be cut."""
    lines: list[str] = []
    size = 0
    while size < length:
        words = [_word(rng) for _ in range(rng.integers(*WORDS))]
        lines.append(f"{' '.join(words)}.\n")
        size += len(lines[-1])
    return "".join(lines)[:length]


def _word(rng: np.random.Generator) -> str:
    vowels = FRONT if rng.random() < 0.5 else BACK
    count = int(rng.integers(*SYLLABLES))
    return "".join(_one(HARD if i == 0 else SOFT, rng) + _one(vowels, rng) for i in range(count))


def _one(letters: str, rng: np.random.Generator) -> str:
    return letters[int(rng.integers(len(letters)))]
