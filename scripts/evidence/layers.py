"""Layers of stacked networks: one batched program computes a whole group of siblings.

A tensor of activations has the shape ``(siblings, examples, ..., features)``, a weight ``(siblings, inputs, outputs)``.
A layer is a function ``(weights, x, dropout) -> x`` that finds its own weights by index; `Layout` collects their
shapes, the scale of their initial values, and an estimate of what a forward pass costs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

Layer = Callable[[Sequence[Tensor], Tensor, float], Tensor]
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"relu": torch.relu, "tanh": torch.tanh, "gelu": F.gelu}


class Parameter(NamedTuple):
    """Shape without the stack's dimension, and the standard deviation of the initial values (0: zeros)."""

    shape: tuple[int, ...]
    scale: float


@dataclass
class Layout:
    """The parameters of a network in order, and its cost: multiply-adds an example, and calls into torch."""

    parameters: list[Parameter] = field(default_factory=list)
    multiply_adds: float = 0.0
    calls: int = 0

    def add(self, shape: tuple[int, ...], scale: float) -> int:
        """Append a parameter; its index."""
        self.parameters.append(Parameter(shape, scale))
        return len(self.parameters) - 1


def dense(layout: Layout, fan: int, out: int, positions: int = 1, gain: float = 1.0) -> Layer:
    """An affine map of the last dimension, used at ``positions`` places of an example."""
    weight = layout.add((fan, out), gain / math.sqrt(fan))
    bias = layout.add((1, out), 0.0)
    layout.multiply_adds += positions * fan * out
    layout.calls += 3

    def apply(weights: Sequence[Tensor], x: Tensor, dropout: float) -> Tensor:
        flat = x.reshape(x.shape[0], -1, fan)
        return torch.baddbmm(weights[bias], flat, weights[weight]).view(*x.shape[:-1], out)

    return apply


def embedding(layout: Layout, words: int, width: int, positions: int) -> Layer:
    """Tokens ``(siblings, examples, positions)`` to vectors, with a learnt vector for each position."""
    table = layout.add((words, width), 0.7)
    places = layout.add((1, positions, width), 0.3)
    layout.multiply_adds += 4 * positions * width
    layout.calls += 5

    def apply(weights: Sequence[Tensor], x: Tensor, dropout: float) -> Tensor:
        siblings = x.shape[0]
        offset = torch.arange(siblings).mul_(words).view(siblings, 1, 1)
        vectors = F.embedding(x + offset, weights[table].reshape(siblings * words, width))
        return vectors + weights[places]

    return apply


def activation(layout: Layout, name: str) -> Layer:
    """An element-wise function, then dropout."""
    layout.calls += 1
    function = ACTIVATIONS[name]

    def apply(weights: Sequence[Tensor], x: Tensor, dropout: float) -> Tensor:
        x = function(x)
        return F.dropout(x, dropout) if dropout else x

    return apply


def normalisation(layout: Layout) -> Layer:
    """Layer normalisation over the last dimension, without parameters of its own."""
    layout.calls += 2
    return lambda weights, x, dropout: F.layer_norm(x, x.shape[-1:])


def flatten(layout: Layout) -> Layer:
    """All features of an example in one dimension."""
    return lambda weights, x, dropout: x.flatten(2)


def average(layout: Layout) -> Layer:
    """The mean over the positions of an example: ``(siblings, examples, positions..., features)``."""
    layout.calls += 1
    return lambda weights, x, dropout: x.flatten(2, -2).mean(2)


def maps(layout: Layout) -> Layer:
    """``(siblings, examples, height, width, channels)`` to ``(examples, siblings * channels, height, width)``."""
    layout.calls += 2
    return lambda weights, x, dropout: x.permute(1, 0, 4, 2, 3).flatten(1, 2)


def convolution(layout: Layout, channels: int, out: int, size: tuple[int, int], kernel: tuple[int, int]) -> Layer:
    """A same-size convolution of maps, one group of channels a sibling."""
    fan = channels * kernel[0] * kernel[1]
    weight = layout.add((out, channels, *kernel), 1.4 / math.sqrt(fan))
    bias = layout.add((out,), 0.0)
    layout.multiply_adds += size[0] * size[1] * (fan + 20) * out
    layout.calls += 5

    def apply(weights: Sequence[Tensor], x: Tensor, dropout: float) -> Tensor:
        siblings = len(weights[weight])
        filters = weights[weight].flatten(0, 1)
        padding = (kernel[0] // 2, kernel[1] // 2)
        return F.conv2d(x, filters, weights[bias].flatten(), padding=padding, groups=siblings)

    return apply


def map_normalisation(layout: Layout, channels: int) -> Layer:
    """Group normalisation of maps, one group a sibling."""
    layout.calls += 1
    return lambda weights, x, dropout: F.group_norm(x, x.shape[1] // channels)


def pooling(layout: Layout, kernel: tuple[int, int]) -> Layer:
    """Means over blocks of maps."""
    layout.calls += 1
    return lambda weights, x, dropout: F.avg_pool2d(x, kernel)


def map_average(layout: Layout, channels: int) -> Layer:
    """The mean of each map: back to ``(siblings, examples, channels)``."""
    layout.calls += 2
    return lambda weights, x, dropout: x.mean((2, 3)).view(len(x), -1, channels).transpose(0, 1)


def recurrence(layout: Layout, fan: int, width: int, positions: int, gated: bool) -> Layer:
    """A recurrent layer over ``(siblings, examples, positions, features)``: its last state. Elman, or a GRU."""
    gates = 3 if gated else 1
    inputs = dense(layout, fan, gates * width, positions)
    state = layout.add((width, gates * width), 1.0 / math.sqrt(width))
    layout.multiply_adds += positions * gates * width * width
    layout.calls += positions * (11 if gated else 3)

    def apply(weights: Sequence[Tensor], x: Tensor, dropout: float) -> Tensor:
        driven = inputs(weights, x, dropout)
        h = driven.new_zeros(*x.shape[:2], width)
        for now in driven.unbind(2):
            if not gated:
                h = torch.tanh(torch.baddbmm(now, h, weights[state]))
                continue
            past = torch.bmm(h, weights[state])
            reset, update = torch.sigmoid(now[..., : 2 * width] + past[..., : 2 * width]).chunk(2, -1)
            new = torch.tanh(now[..., 2 * width :] + reset * past[..., 2 * width :])
            h = torch.lerp(new, h, update)
        return h

    return apply


def attention(layout: Layout, width: int, positions: int, heads: int, normalised: bool, kind: str) -> Layer:
    """A transformer's block with residual connections: self-attention, then a network at each position."""
    joint = dense(layout, width, 3 * width, positions)
    merge = dense(layout, width, width, positions)
    first = dense(layout, width, 2 * width, positions, gain=1.4)
    second = dense(layout, 2 * width, width, positions)
    function = activation(layout, kind)
    layout.multiply_adds += 2 * positions * positions * width
    layout.calls += 14

    def scaled(x: Tensor) -> Tensor:
        return F.layer_norm(x, x.shape[-1:]) if normalised else x

    def apply(weights: Sequence[Tensor], x: Tensor, dropout: float) -> Tensor:
        parts = joint(weights, scaled(x), dropout)
        siblings, examples = x.shape[:2]
        parts = parts.view(siblings * examples, positions, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(parts[0], parts[1], parts[2])
        seen = seen.transpose(1, 2).reshape(siblings, examples, positions, width)
        x = x + merge(weights, seen, dropout)
        return x + second(weights, function(weights, first(weights, scaled(x), dropout), dropout), dropout)

    return apply
