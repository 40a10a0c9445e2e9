"""Bounds of the rules and the calibration of confidence: written by `scripts/calibrate.py`, not by hand.

Fitted 2026-11-25 on 72 own, 4800 parametric, 1025 tiny histories.
Held-back macro-F1 over the four regimes, sources weighed alike: 0.973. Tables: `docs/calibration.md`.
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
    "rise_least": 0.04,
    "rise_most": 0.3,
    "rise_z": 1.5,
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
    "offset": -0.1528,
    "rise": 0.9293,
    "z": 0.215,
    "since": 1.6878,
    "gap": 0.3806,
    "fell": 5.6696,
}
RISE_ALONE = {
    "offset": 2.187,
    "rise": 1.5604,
    "z": 0.2825,
    "since": 2.9235,
}
GAIN = {
    "offset": 4.9864,
    "z": 0.4354,
    "moved": -9.8524,
    "gap": 0.0326,
    "gain": 0.7196,
}
GAIN_ALONE = {
    "offset": 4.9949,
    "z": 0.4396,
    "moved": -9.8685,
    "gain": 0.7309,
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
    "healthy": (0.278, 2.015),
    "overfit": (1.758, 3.607),
    "underfit": (0.097, 3.331),
    "erratic": (1.622, 2.169),
}
