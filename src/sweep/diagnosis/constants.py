"""Bounds of the rules and the calibration of confidence: written by `scripts/calibrate.py`, not by hand.

Fitted 2026-11-25 on 72 own, 4800 parametric, 1023 tiny histories.
Held-back macro-F1 over the four regimes, sources weighed alike: 0.983. Tables: `docs/calibration.md`.
"""

from __future__ import annotations

BOUNDS = {
    "exploded": 1.0,
    "collapse_thrown": 0.04,
    "collapse_z": 4.0,
    "collapse_back": 0.85,
    "collapse_flat": 6.0,
    "shake": 0.04,
    "shake_alone": 0.1,
    "shake_of_level": 0.03,
    "shake_of_level_alone": 0.02,
    "together": 0.6,
    "turns": 0.25,
    "climbs": 0.4,
    "climbs_of_start": 0.1,
    "lost_ground": 0.15,
    "lost_ground_alone": 0.25,
    "lost_gap": 0.5,
    "lost_together": 0.7,
    "rise_least": 0.04,
    "rise_most": 0.3,
    "rise_z": 1.5,
    "stall_gap_of_drop": 0.4,
    "stall_gap_of_level": 0.4,
    "stall_since": 0.4,
    "stall_fell": 0.3,
    "moved": 0.06,
    "gain_least": 0.08,
    "gain_most": 0.25,
    "gain_of_level": 0.01,
    "gain_z": 1.0,
}
RISE = {
    "offset": -0.9343,
    "rise": 1.4317,
    "z": 0.7523,
    "since": 2.4409,
    "gap": 2.2049,
    "fell": 4.3472,
}
RISE_ALONE = {
    "offset": 1.6363,
    "rise": 1.9632,
    "z": 0.815,
    "since": 4.2806,
}
GAIN = {
    "offset": 4.8239,
    "z": 0.4738,
    "moved": -8.0833,
    "gap": -1.3076,
    "gain": 0.7745,
}
GAIN_ALONE = {
    "offset": 4.726,
    "z": 0.5094,
    "moved": -8.2468,
    "gain": 0.7723,
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
    "healthy": (0.717, 1.562),
    "overfit": (1.166, 3.754),
    "underfit": (0.14, 3.054),
    "erratic": (1.45, 2.593),
}
