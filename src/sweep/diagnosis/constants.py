"""Bounds of the rules and the calibration of confidence: written by `scripts/calibrate.py`, not by hand.

Fitted 2026-11-25 on 26 own, 4800 parametric, 1034 tiny histories.
Held-back macro-F1 over the four regimes: 0.966. Tables: `docs/calibration.md`.
"""

from __future__ import annotations

BOUNDS = {
    "exploded": 1.0,
    "collapse_thrown": 0.04,
    "collapse_z": 4.0,
    "collapse_back": 0.85,
    "collapse_flat": 6.0,
    "shake": 0.05,
    "shake_alone": 0.04,
    "shake_of_level": 0.015,
    "shake_of_level_alone": 0.04,
    "together": 0.6,
    "turns": 0.25,
    "lost_ground": 0.08,
    "lost_together": 0.7,
    "rise_least": 0.03,
    "rise_most": 0.3,
    "rise_z": 2.5,
    "stall_gap_of_drop": 0.4,
    "stall_gap_of_level": 0.4,
    "stall_since": 0.4,
    "stall_fell": 0.3,
    "moved": 0.06,
    "gain_least": 0.12,
    "gain_most": 0.4,
    "gain_of_level": 0.015,
    "gain_z": 1.3,
}
RISE = {
    "offset": -0.2321,
    "rise": 1.3726,
    "z": 0.5406,
    "since": 1.6522,
    "gap": 2.7861,
    "fell": 4.5879,
}
RISE_ALONE = {
    "offset": 2.2638,
    "rise": 1.8293,
    "z": 0.618,
    "since": 3.8784,
}
GAIN = {
    "offset": 4.3809,
    "z": 0.6598,
    "moved": -9.0671,
    "gap": -1.5096,
    "gain": 0.8049,
}
GAIN_ALONE = {
    "offset": 4.3606,
    "z": 0.6887,
    "moved": -9.3602,
    "gain": 0.8315,
}
STOP = {
    "share": 0.08,
    "z": 6.0,
    "kept": 0.9,
    "fell": 0.1,
    "fell_unlearnt": 0.3,
    "gap": 0.3,
    "learnt": 0.05,
    "patience": 15,
    "width": 5,
    "memorised_fell": 0.5,
    "memorised_gap": 0.7,
    "memorised_share": 0.15,
    "memorised_z": 3.0,
    "memorised_kept": 0.8,
}
CONFIDENCE = {
    "healthy": (1.07, 1.3),
    "overfit": (1.172, 3.862),
    "underfit": (0.859, 2.577),
    "erratic": (1.561, 4.099),
}
