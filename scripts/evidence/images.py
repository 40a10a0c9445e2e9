"""Small images ``(examples, height, width, channels)``."""

from __future__ import annotations

from functools import cache

import numpy as np
from sklearn import datasets as library

Made = tuple[np.ndarray, np.ndarray]
ROWS = 7000


@cache
def _photographs() -> tuple[np.ndarray, np.ndarray]:
    """Two photographs of 427 x 640 pixels, from 0 to 1."""
    china, flower = library.load_sample_images().images
    return china / 255.0, flower / 255.0


def digits(rng: np.random.Generator) -> Made:
    """1,797 written digits of 8 x 8 pixels."""
    x, y = library.load_digits(return_X_y=True)
    return x.reshape(-1, 8, 8, 1), y


def photos(rng: np.random.Generator) -> Made:
    """Patches of 8 x 8 pixels: from which of two photographs, and from which of some rows and columns of it."""
    rows, columns = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    both = _photographs()
    which = rng.integers(0, 2, ROWS)
    top, left = rng.integers(0, 419, ROWS), rng.integers(0, 632, ROWS)
    x = np.stack([both[w][i : i + 8, j : j + 8] for w, i, j in zip(which, top, left, strict=True)])
    if rng.random() < 0.5:
        x = x.mean(-1, keepdims=True)
    place = top * rows // 419 * columns + left * columns // 632
    return x, which * rows * columns + place


def pixels(rng: np.random.Generator) -> Made:
    """The brightness of a pixel of a photograph at some distance from a patch of 6 x 6."""
    photo = _photographs()[int(rng.integers(2))].mean(-1)
    away = int(rng.integers(0, 6))
    top, left = rng.integers(0, 410, ROWS), rng.integers(0, 620, ROWS)
    x = np.stack([photo[i : i + 6, j : j + 6] for i, j in zip(top, left, strict=True)])
    return x[..., None], photo[top + 3, left + 6 + away]


def shapes(rng: np.random.Generator) -> Made:
    """Drawings of bars, corners and crosses somewhere on 8 x 8 pixels, under noise."""
    kinds = rng.integers(0, 2, size=(int(rng.integers(3, 9)), 4, 4))
    y = rng.integers(0, len(kinds), ROWS)
    x = rng.uniform(0.1, 0.8) * rng.normal(size=(ROWS, 8, 8))
    top, left = rng.integers(0, 5, ROWS), rng.integers(0, 5, ROWS)
    for example, (which, i, j) in enumerate(zip(y, top, left, strict=True)):
        x[example, i : i + 4, j : j + 4] += kinds[which]
    return x[..., None], y


KINDS = {function.__name__: function for function in (digits, photos, pixels, shapes)}
