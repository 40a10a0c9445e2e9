"""Bounds of the rules and the calibration of confidence: written by `scripts/calibrate.py`, not by hand.

Fitted 2026-11-25 on 72 own, 4800 parametric, 1025 tiny histories.
Held-back macro-F1 over the four regimes, sources weighed alike: 0.983. Tables: `docs/calibration.md`.
"""

from __future__ import annotations

BOUNDS = {
    "exploded": 1.0,
    "collapse_thrown": 0.04,
    "collapse_z": 4.0,
    "collapse_back": 0.85,
    "collapse_flat": 6.0,
    "shake": 0.045,
    "shake_alone": 0.04,
    "shake_of_level": 0.03,
    "shake_of_level_alone": 0.06,
    "together": 0.6,
    "turns": 0.25,
    "climbs": 0.4,
    "climbs_of_start": 0.1,
    "lost_ground": 0.15,
    "lost_ground_alone": 0.25,
    "lost_gap": 0.5,
    "lost_together": 0.7,
    "rise_least": 0.03,
    "rise_most": 0.3,
    "rise_z": 2.5,
    "stall_gap_of_drop": 0.4,
    "stall_gap_of_level": 0.4,
    "stall_since": 0.4,
    "stall_fell": 0.3,
    "moved": 0.07,
    "gain_least": 0.1,
    "gain_most": 0.7,
    "gain_of_level": 0.01,
    "gain_z": 1.0,
}
RISE = {
    "offset": 0.5241,
    "rise": 1.8039,
    "z": 0.6724,
    "since": 2.1162,
    "gap": 1.7056,
    "fell": 4.2759,
}
RISE_ALONE = {
    "offset": 2.9403,
    "rise": 2.3725,
    "z": 0.7758,
    "since": 3.6989,
}
GAIN = {
    "offset": 5.0086,
    "z": 0.3837,
    "moved": -9.0053,
    "gap": -0.4804,
    "gain": 0.7413,
}
GAIN_ALONE = {
    "offset": 4.9816,
    "z": 0.3986,
    "moved": -9.1179,
    "gain": 0.747,
}
STOP = {
    "share": 0.06,
    "z": 14.0,
    "kept": 0.9,
    "fell": 0.1,
    "fell_unlearnt": 0.3,
    "gap": 0.3,
    "learnt": 0.05,
    "patience": 40,
    "width": 5,
    "memorised_fell": 0.5,
    "memorised_gap": 0.7,
    "memorised_share": 0.15,
    "memorised_z": 3.0,
    "memorised_kept": 0.8,
}
CONFIDENCE = {
    "healthy": (0.394, 2.033),
    "overfit": (1.677, 3.625),
    "underfit": (-0.518, 3.842),
    "erratic": (1.603, 2.196),
}
