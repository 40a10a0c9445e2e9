"""Optimisers over a matrix of parameters ``(siblings, size)``, each row with a learning rate of its own."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

OPTIMISERS = ("adam", "adamw", "sgd", "momentum", "rmsprop")
SCHEDULES = ("constant", "linear", "cosine", "step")
BASE_RATE = {"adam": 3e-3, "adamw": 3e-3, "sgd": 0.1, "momentum": 0.02, "rmsprop": 1e-3}
Update = Callable[[Tensor, Tensor, Tensor], None]


def pace(schedule: str, done: float, warm_up: float) -> float:
    """Factor of the learning rate when the share ``done`` of a run is over, of which ``warm_up`` rises linearly."""
    if done < warm_up:
        return done / warm_up
    done = (done - warm_up) / (1 - warm_up)
    if schedule == "linear":
        return 1 - done
    if schedule == "cosine":
        return 0.5 * (1 + math.cos(math.pi * done))
    if schedule == "step":
        return 0.1 ** int(done * 3)
    return 1.0


def clip(gradient: Tensor, norm: float) -> None:
    """Scale each row to at most this norm, in place."""
    lengths = gradient.norm(dim=1, keepdim=True)
    gradient.mul_((norm / (lengths + 1e-6)).clamp_(max=1.0))


def optimiser(name: str, parameters: Tensor, decay: float) -> Update:
    """A function ``(parameters, gradient, rates)`` that takes one step in place; rates are ``(siblings, 1)``.

    ``decay`` is added to the gradient (L2), or decoupled from it for `adamw` (Loshchilov and Hutter 2019).
    """
    if name in ("adam", "adamw"):
        step = _adam(torch.zeros_like(parameters), torch.zeros_like(parameters))
    elif name == "rmsprop":
        step = _rmsprop(torch.zeros_like(parameters))
    elif name == "momentum":
        step = _momentum(torch.zeros_like(parameters))
    else:
        step = _sgd
    if not decay:
        return step

    def with_decay(parameters: Tensor, gradient: Tensor, rates: Tensor) -> None:
        if name == "adamw":
            parameters.mul_(1 - rates * decay)
        else:
            gradient.add_(parameters, alpha=decay)
        step(parameters, gradient, rates)

    return with_decay


def _sgd(parameters: Tensor, gradient: Tensor, rates: Tensor) -> None:
    parameters.sub_(gradient.mul_(rates))


def _momentum(first: Tensor) -> Update:
    def step(parameters: Tensor, gradient: Tensor, rates: Tensor) -> None:
        first.mul_(0.9).add_(gradient)
        parameters.addcmul_(first, rates, value=-1.0)

    return step


def _rmsprop(second: Tensor) -> Update:
    def step(parameters: Tensor, gradient: Tensor, rates: Tensor) -> None:
        second.mul_(0.99).addcmul_(gradient, gradient, value=0.01)
        parameters.sub_(gradient.mul_(rates).div_(second.sqrt().add_(1e-8)))

    return step


def _adam(first: Tensor, second: Tensor) -> Update:
    """Adam with its usual moments 0.9 and 0.999 (Kingma and Ba 2015)."""
    count = 0

    def step(parameters: Tensor, gradient: Tensor, rates: Tensor) -> None:
        nonlocal count
        count += 1
        first.lerp_(gradient, 0.1)
        second.mul_(0.999).addcmul_(gradient, gradient, value=0.001)
        scale = second.sqrt().add_(1e-8 * math.sqrt(1 - 0.999**count))
        pace = rates * (math.sqrt(1 - 0.999**count) / (1 - 0.9**count))
        parameters.sub_((first * pace).div_(scale))

    return step
