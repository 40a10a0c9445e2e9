"""Stacked networks by architecture: what a group of siblings computes, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import layers
import torch
from layers import Layer, Layout, Parameter
from torch import Tensor

ARCHITECTURES = {
    "table": ("mlp",),
    "image": ("mlp", "cnn", "cnn", "attention", "recurrent"),
    "signal": ("mlp", "cnn", "recurrent", "attention"),
    "tokens": ("mlp", "cnn", "recurrent", "attention", "attention"),
}


@dataclass(frozen=True)
class Blueprint:
    """What a network is built from.

    ``shape`` is that of one example's input: ``(features,)`` of a table, ``(height, width, channels)`` of an image,
    ``(positions, channels)`` of a signal, ``(positions,)`` of tokens, which are drawn from ``words``.
    """

    architecture: str
    form: str
    shape: tuple[int, ...]
    words: int
    outputs: int
    width: int
    depth: int
    activation: str
    normalised: bool
    gated: bool


@dataclass(frozen=True)
class Network:
    """Parameters in order (the last two are the head's), the forward pass, and its cost."""

    parameters: tuple[Parameter, ...]
    forward: Callable[[Sequence[Tensor], Tensor, float], Tensor]
    multiply_adds: float
    calls: int

    @property
    def size(self) -> int:
        """Number of parameters of one sibling."""
        return sum(torch.Size(parameter.shape).numel() for parameter in self.parameters)

    def unpack(self, flat: Tensor) -> list[Tensor]:
        """Views of the parameters in one matrix ``(siblings, size)``; gradients come back as one matrix, too."""
        sizes = [torch.Size(parameter.shape).numel() for parameter in self.parameters]
        parts = flat.split(sizes, 1)
        return [part.view(-1, *each.shape) for part, each in zip(parts, self.parameters, strict=True)]

    def initial(self, siblings: int, scale: float, generator: torch.Generator) -> Tensor:
        """Normal initial values, ``(siblings, size)``, the weights' deviations times ``scale``."""
        parts = [
            torch.randn(siblings, torch.Size(shape).numel(), generator=generator) * (deviation * scale)
            for shape, deviation in self.parameters
        ]
        return torch.cat(parts, 1)


def build(plan: Blueprint) -> Network:
    """The network of a blueprint; a layer's weights come in the order in which it was made."""
    layout = Layout()
    body = _BODIES[plan.architecture](plan, layout)
    body.append(layers.dense(layout, _features(plan), plan.outputs))

    def forward(weights: Sequence[Tensor], x: Tensor, dropout: float) -> Tensor:
        for layer in body:
            x = layer(weights, x, dropout)
        return x

    return Network(tuple(layout.parameters), forward, layout.multiply_adds, layout.calls)


def _features(plan: Blueprint) -> int:
    """Number of inputs of the head."""
    if plan.architecture != "mlp":
        return plan.width
    return plan.width if plan.depth else _flat(plan)


def _flat(plan: Blueprint) -> int:
    """Number of features of an example in one row; a token has 8."""
    flat = torch.Size(plan.shape).numel()
    return 8 * flat if plan.form == "tokens" else flat


def _mlp(plan: Blueprint, layout: Layout) -> list[Layer]:
    body = [layers.embedding(layout, plan.words, 8, plan.shape[0])] if plan.form == "tokens" else []
    body.append(layers.flatten(layout))
    fan = _flat(plan)
    for _ in range(plan.depth):
        body.append(layers.dense(layout, fan, plan.width, gain=1.4 if plan.activation != "tanh" else 1.0))
        if plan.normalised:
            body.append(layers.normalisation(layout))
        body.append(layers.activation(layout, plan.activation))
        fan = plan.width
    return body


def _cnn(plan: Blueprint, layout: Layout) -> list[Layer]:
    size, channels, kernel = (1, plan.shape[0]), 8, (1, 3)
    body: list[Layer] = []
    if plan.form == "tokens":
        body.append(layers.embedding(layout, plan.words, channels, plan.shape[0]))
    if plan.form == "signal":
        channels = plan.shape[1]
    if plan.form == "image":
        size, channels, kernel = plan.shape[:2], plan.shape[2], (3, 3)
    else:
        body.append(lambda weights, x, dropout: x.unsqueeze(2))
    body.append(layers.maps(layout))
    for _ in range(max(plan.depth, 1)):
        body.append(layers.convolution(layout, channels, plan.width, size, kernel))
        if plan.normalised:
            body.append(layers.map_normalisation(layout, plan.width))
        body.append(layers.activation(layout, plan.activation))
        pool = (min(2, size[0]), min(2, size[1]))
        body.append(layers.pooling(layout, pool))
        size, channels = (size[0] // pool[0], size[1] // pool[1]), plan.width
    body.append(layers.map_average(layout, plan.width))
    return body


def _sequence(plan: Blueprint, layout: Layout, width: int) -> tuple[list[Layer], int, int]:
    """Layers that make a sequence of an example, its positions and its features; image rows are read as positions."""
    if plan.form == "tokens":
        return [layers.embedding(layout, plan.words, width, plan.shape[0])], plan.shape[0], width
    if plan.form == "image":
        return [lambda weights, x, dropout: x.flatten(3)], plan.shape[0], plan.shape[1] * plan.shape[2]
    return [], plan.shape[0], plan.shape[1]


def _recurrent(plan: Blueprint, layout: Layout) -> list[Layer]:
    body, positions, features = _sequence(plan, layout, 8)
    body.append(layers.recurrence(layout, features, plan.width, positions, plan.gated))
    if plan.normalised:
        body.append(layers.normalisation(layout))
    return body


def _attention(plan: Blueprint, layout: Layout) -> list[Layer]:
    body, positions, features = _sequence(plan, layout, plan.width)
    if plan.form != "tokens":
        body.append(layers.dense(layout, features, plan.width, positions))
        places = layout.add((1, positions, plan.width), 0.3)
        body.append(lambda weights, x, dropout: x + weights[places])
    for _ in range(max(plan.depth, 1)):
        heads = 2 if plan.width >= 16 else 1
        body.append(layers.attention(layout, plan.width, positions, heads, plan.normalised, plan.activation))
    body.append(layers.average(layout))
    return body


_BODIES = {"mlp": _mlp, "cnn": _cnn, "recurrent": _recurrent, "attention": _attention}
