"""Bounds of the rules and the calibration of confidence: written by `scripts/calibrate.py`, not by hand.

Fitted 2026-11-25 on 48 own, 4800 parametric, 1028 tiny histories.
Held-back macro-F1 over the four regimes, sources weighed alike: 0.957. Tables: `docs/calibration.md`.
"""

from __future__ import annotations

BOUNDS = {
    "exploded": 1.0,
    "collapse_thrown": 0.04,
    "collapse_z": 4.0,
    "collapse_back": 0.85,
    "collapse_flat": 6.0,
    "shake": 0.05,
    "shake_alone": 0.08,
    "shake_of_level": 0.015,
    "shake_of_level_alone": 0.04,
    "together": 0.6,
    "turns": 0.25,
    "lost_ground": 0.15,
    "lost_ground_alone": 0.25,
    "lost_gap": 0.5,
    "lost_together": 0.7,
    "rise_least": 0.035,
    "rise_most": 0.3,
    "rise_z": 2.0,
    "stall_gap_of_drop": 0.4,
    "stall_gap_of_level": 0.4,
    "stall_since": 0.4,
    "stall_fell": 0.3,
    "moved": 0.06,
    "gain_least": 0.06,
    "gain_most": 0.7,
    "gain_of_level": 0.01,
    "gain_z": 1.0,
}
RISE = {
    "offset": 3.3462,
    "rise": 2.4709,
    "z": 0.4977,
    "since": 2.4513,
    "gap": 2.7513,
    "fell": 1.4887,
}
RISE_ALONE = {
    "offset": 5.2743,
    "rise": 2.92,
    "z": 0.7762,
    "since": 2.6939,
}
GAIN = {
    "offset": 4.5916,
    "z": 0.5901,
    "moved": -8.5072,
    "gap": -0.2719,
    "gain": 0.7786,
}
GAIN_ALONE = {
    "offset": 4.5799,
    "z": 0.5941,
    "moved": -8.5739,
    "gain": 0.7855,
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
    "healthy": (1.057, 1.769),
    "overfit": (1.586, 3.472),
    "underfit": (0.377, 3.609),
    "erratic": (2.676, 2.468),
}
