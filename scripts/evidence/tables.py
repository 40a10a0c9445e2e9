"""Tables: rows of numbers with a class or a number to tell."""

from __future__ import annotations

import math

import numpy as np
from sklearn import datasets as library

Made = tuple[np.ndarray, np.ndarray]
ROWS = 7000


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(1 << 30))


def cancer(rng: np.random.Generator) -> Made:
    """569 tumours, two classes."""
    return library.load_breast_cancer(return_X_y=True)


def wine(rng: np.random.Generator) -> Made:
    """178 wines, three classes."""
    return library.load_wine(return_X_y=True)


def iris(rng: np.random.Generator) -> Made:
    """150 flowers, three classes."""
    return library.load_iris(return_X_y=True)


def diabetes(rng: np.random.Generator) -> Made:
    """442 patients, a regression of which half cannot be explained."""
    return library.load_diabetes(return_X_y=True)


def teacher(rng: np.random.Generator) -> Made:
    """Classes given by a random network, with noise of the drawn strength."""
    width = int(rng.integers(5, 40))
    classes = int(rng.integers(2, 8))
    x = rng.normal(size=(ROWS, width))
    hidden = np.tanh(x @ rng.normal(size=(width, 16)) / math.sqrt(width) * 2)
    scores = hidden @ rng.normal(size=(16, classes)) * rng.uniform(1, 4)
    return x, (scores + rng.gumbel(size=(ROWS, classes))).argmax(1)


def blobs(rng: np.random.Generator) -> Made:
    """Clouds that overlap more or less."""
    width, centres = int(rng.integers(2, 30)), int(rng.integers(2, 20))
    spread = rng.uniform(2, 9)
    return library.make_blobs(ROWS, width, centers=centres, cluster_std=spread, random_state=_seed(rng))


def spirals(rng: np.random.Generator) -> Made:
    """Two spirals in the plane."""
    turn, y = rng.uniform(0.3, 3, ROWS), rng.integers(0, 2, ROWS)
    angle = 2 * turn + math.pi * y
    x = np.stack([turn * np.cos(angle), turn * np.sin(angle)], 1)
    return x + rng.uniform(0.02, 0.3) * rng.normal(size=x.shape), y


def sparse(rng: np.random.Generator) -> Made:
    """Two classes by four of many features: much to memorise, little to learn."""
    width = int(rng.integers(50, 200))
    x = rng.normal(size=(ROWS, width))
    return x, (x[:, :4].sum(1) + rng.uniform(0.2, 2) * rng.normal(size=ROWS) > 0).astype(int)


def imbalanced(rng: np.random.Generator) -> Made:
    """Two or three classes, one of which has 80 to 97 per cent."""
    classes = int(rng.integers(2, 4))
    width = int(rng.integers(8, 30))
    most = rng.uniform(0.8, 0.97)
    shares = [most, *[(1 - most) / (classes - 1)] * (classes - 1)]
    return library.make_classification(
        ROWS, width, n_informative=5, n_classes=classes, weights=shares,
        class_sep=rng.uniform(0.6, 1.5), flip_y=rng.choice([0.0, 0.02]), random_state=_seed(rng),
    )  # fmt: skip


def shells(rng: np.random.Generator) -> Made:
    """Classes are shells of a Gaussian cloud."""
    width, classes = int(rng.integers(2, 12)), int(rng.integers(2, 6))
    return library.make_gaussian_quantiles(n_samples=ROWS, n_features=width, n_classes=classes, random_state=_seed(rng))


def squares(rng: np.random.Generator) -> Made:
    """A chessboard: late to be learnt, if at all."""
    x = rng.uniform(-1, 1, size=(ROWS, int(rng.integers(2, 6))))
    cells = np.floor(x[:, :2] * rng.integers(1, 4)).astype(int)
    return x, cells.sum(1) % 2


def friedman(rng: np.random.Generator) -> Made:
    """Friedman's first regression, with noise."""
    return library.make_friedman1(ROWS, int(rng.integers(5, 15)), noise=rng.uniform(0, 4), random_state=_seed(rng))


def waves(rng: np.random.Generator) -> Made:
    """A wavy surface over the plane, with noise."""
    x = rng.uniform(-1, 1, size=(ROWS, 2))
    clean = np.sin(4 * x[:, 0]) * np.cos(3 * x[:, 1])
    return x, clean + rng.uniform(0, 0.8) * rng.normal(size=ROWS)


def linear(rng: np.random.Generator) -> Made:
    """A linear regression in many correlated features, few of which count."""
    width = int(rng.integers(20, 120))
    return library.make_regression(
        ROWS, width, n_informative=int(rng.integers(3, 20)), effective_rank=width // 3,
        noise=rng.uniform(0.1, 8), random_state=_seed(rng),
    )  # fmt: skip


KINDS = {
    function.__name__: function
    for function in (
        cancer,
        wine,
        iris,
        diabetes,
        teacher,
        blobs,
        spirals,
        sparse,
        imbalanced,
        shells,
        squares,
        friedman,
        waves,
        linear,
    )
}
