"""Signals ``(examples, positions, channels)`` and tokens ``(examples, positions)``, real prose among them."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pydoc_data.topics import topics as help_texts

import numpy as np

Made = tuple[np.ndarray, np.ndarray]
ROWS = 7000


@cache
def _letters() -> np.ndarray:
    """The help texts as codes of their 47 most frequent characters, 47 for any other."""
    text = re.sub(r"\s+", " ", " ".join(help_texts[name] for name in sorted(help_texts))).lower()
    common = {letter: code for code, (letter, _) in enumerate(Counter(text).most_common(47))}
    return np.array([common.get(letter, 47) for letter in text])


@cache
def _words() -> np.ndarray:
    """The help texts as ranks of their words by frequency, the most frequent first."""
    text = " ".join(help_texts[name] for name in sorted(help_texts)).lower()
    words = re.findall(r"[a-z_]+|[.,:()]", text)
    ranks = {word: rank for rank, (word, _) in enumerate(Counter(words).most_common())}
    return np.array([ranks[word] for word in words])


def letters(rng: np.random.Generator) -> Made:
    """The next character of English prose, after some."""
    text = _letters()
    length = int(rng.integers(3, 13))
    at = rng.integers(0, len(text) - length - 1, ROWS)
    return text[at[:, None] + np.arange(length)], text[at + length]


def words(rng: np.random.Generator) -> Made:
    """The next word of English prose, after some: 100 to 400 classes, all rarer words are one of them."""
    classes = int(rng.integers(100, 400))
    text = np.minimum(_words(), classes - 1)
    length = int(rng.integers(2, 6))
    at = rng.integers(0, len(text) - length - 1, ROWS)
    return text[at[:, None] + np.arange(length)], text[at + length]


def topics(rng: np.random.Generator) -> Made:
    """From which of some help texts a dozen words are."""
    longest = sorted(help_texts, key=lambda name: -len(help_texts[name]))[: int(rng.integers(4, 21))]
    ranks = {word: rank for rank, word in enumerate(_vocabulary())}
    length = int(rng.integers(6, 16))
    x, y = [], []
    for number, name in enumerate(longest):
        codes = np.array([ranks.get(word, 299) for word in re.findall(r"[a-z_]+", help_texts[name].lower())])
        at = rng.integers(0, len(codes) - length, ROWS // len(longest))
        x.append(codes[at[:, None] + np.arange(length)])
        y.append(np.full(len(at), number))
    return np.concatenate(x), np.concatenate(y)


@cache
def _vocabulary() -> list[str]:
    """The 299 most frequent words of the help texts."""
    words = re.findall(r"[a-z_]+", " ".join(help_texts[name] for name in sorted(help_texts)).lower())
    return [word for word, _ in Counter(words).most_common(299)]


def markov(rng: np.random.Generator) -> Made:
    """The next state of a random chain of 30 to 150 states, of which each is followed by few."""
    states = int(rng.integers(30, 150))
    chances = rng.dirichlet(np.full(states, rng.choice([0.02, 0.05, 0.2])), size=states).cumsum(1)
    length = int(rng.integers(2, 7))
    x = np.empty((ROWS, length + 1), int)
    x[:, 0] = rng.integers(0, states, ROWS)
    for at in range(length):
        drawn = (rng.random((ROWS, 1)) > chances[x[:, at]]).sum(1)
        x[:, at + 1] = np.minimum(drawn, states - 1)
    return x[:, :-1], x[:, -1]


def parity(rng: np.random.Generator) -> Made:
    """Whether a symbol occurs an odd number of times: a plateau first, if it is learnt at all."""
    length = int(rng.integers(3, 10))
    x = rng.integers(0, int(rng.integers(2, 5)), size=(ROWS, length))
    return x, (x == 0).sum(1) % 2


def modular(rng: np.random.Generator) -> Made:
    """The sum of two or three numbers modulo a prime: memorised before it is understood."""
    prime = int(rng.choice([7, 11, 17, 23]))
    x = rng.integers(0, prime, size=(ROWS, int(rng.integers(2, 4))))
    return x, x.sum(1) % prime


def motifs(rng: np.random.Generator) -> Made:
    """Which of some motifs of three tokens is hidden somewhere in the noise."""
    vocabulary, length = int(rng.integers(4, 20)), int(rng.integers(8, 17))
    kinds = rng.integers(0, vocabulary, size=(int(rng.integers(2, 11)), 3))
    y = rng.integers(0, len(kinds), ROWS)
    x = rng.integers(0, vocabulary, size=(ROWS, length))
    places = rng.integers(0, length - 2, ROWS)
    x[np.arange(ROWS)[:, None], places[:, None] + np.arange(3)] = kinds[y]
    return x, y


def majority(rng: np.random.Generator) -> Made:
    """Which token is the most frequent one."""
    vocabulary, length = int(rng.integers(2, 8)), int(rng.integers(7, 17))
    x = rng.integers(0, vocabulary, size=(ROWS, length))
    return x, (x[:, :, None] == np.arange(vocabulary)).sum(1).argmax(1)


def signals(rng: np.random.Generator) -> Made:
    """Waves of one or two channels, whose frequency and shape are those of a class, under noise."""
    classes, length, channels = int(rng.integers(2, 9)), int(rng.integers(10, 25)), int(rng.integers(1, 3))
    pace = rng.uniform(0.3, 2.2, size=(classes, channels))
    third = rng.uniform(0, 0.8, size=(classes, channels))
    y = rng.integers(0, classes, ROWS)
    phase = rng.uniform(0, 2 * np.pi, size=(ROWS, 1, channels))
    angle = np.arange(length)[None, :, None] * pace[y][:, None] + phase
    clean = np.sin(angle) + third[y][:, None] * np.sin(3 * angle)
    return clean + rng.uniform(0.1, 1.2) * rng.normal(size=clean.shape), y


def forecast(rng: np.random.Generator) -> Made:
    """The next value of a noisy oscillation with memory."""
    length = int(rng.integers(6, 20))
    first, second = rng.uniform(1.0, 1.8), rng.uniform(-0.95, -0.8)
    x = np.zeros((ROWS, length + 31))
    noise = rng.normal(size=x.shape)
    for at in range(2, x.shape[1]):
        drive = first * x[:, at - 1] + second * x[:, at - 2] + noise[:, at]
        x[:, at] = 3 * np.tanh(drive / 3)
    return x[:, 30:-1, None], x[:, -1]


KINDS = {
    function.__name__: function
    for function in (letters, words, topics, markov, parity, modular, motifs, majority, signals, forecast)
}
