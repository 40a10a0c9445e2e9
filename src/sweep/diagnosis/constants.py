"""Bounds of the rules and the calibration of confidence: written by `scripts/calibrate.py`, not by hand.

Fitted 2026-11-25 on 48 own, 4800 parametric, 1028 tiny histories.
Held-back macro-F1 over the four regimes: 0.963. Tables: `docs/calibration.md`.
"""

from __future__ import annotations

BOUNDS = {
    "exploded": 1.0,
    "collapse_thrown": 0.04,
    "collapse_z": 4.0,
    "collapse_back": 0.85,
    "collapse_flat": 6.0,
    "shake": 0.05,
    "shake_alone": 0.06,
    "shake_of_level": 0.015,
    "shake_of_level_alone": 0.06,
    "together": 0.6,
    "turns": 0.25,
    "lost_ground": 0.08,
    "lost_ground_alone": 0.25,
    "lost_together": 0.7,
    "rise_least": 0.03,
    "rise_most": 0.3,
    "rise_z": 1.0,
    "stall_gap_of_drop": 0.4,
    "stall_gap_of_level": 0.4,
    "stall_since": 0.4,
    "stall_fell": 0.3,
    "moved": 0.06,
    "gain_least": 0.08,
    "gain_most": 0.3,
    "gain_of_level": 0.01,
    "gain_z": 2.0,
}
RISE = {
    "offset": 0.5541,
    "rise": 1.6254,
    "z": 0.4181,
    "since": 2.5345,
    "gap": 3.1617,
    "fell": 3.8508,
}
RISE_ALONE = {
    "offset": 3.3385,
    "rise": 2.1662,
    "z": 0.6289,
    "since": 3.4116,
}
GAIN = {
    "offset": 5.0217,
    "z": 0.6583,
    "moved": -9.0877,
    "gap": -1.2263,
    "gain": 0.9964,
}
GAIN_ALONE = {
    "offset": 5.0081,
    "z": 0.6768,
    "moved": -9.3839,
    "gain": 1.019,
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
    "healthy": (1.183, 1.303),
    "overfit": (1.608, 2.998),
    "underfit": (1.103, 2.861),
    "erratic": (3.194, 1.864),
}
