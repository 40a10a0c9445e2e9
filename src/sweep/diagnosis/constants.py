"""Bounds of the rules and the calibration of confidence: written by `scripts/calibrate.py`, not by hand.

Fitted 2026-11-22 on 27 own, 4800 parametric, 1721 tiny histories.
Held-back macro-F1 over the four regimes: 0.947. Tables: `docs/calibration.md`.
"""

from __future__ import annotations

BOUNDS = {
    "exploded": 1.0,
    "collapse_thrown": 0.04,
    "collapse_z": 4.0,
    "collapse_back": 0.85,
    "collapse_flat": 6.0,
    "shake": 0.04,
    "shake_alone": 0.08,
    "shake_of_level": 0.03,
    "together": 0.6,
    "turns": 0.25,
    "lost_ground": 0.08,
    "lost_together": 0.7,
    "rise_least": 0.025,
    "rise_most": 0.3,
    "rise_z": 2.5,
    "stall_gap_of_drop": 0.4,
    "stall_gap_of_level": 0.5,
    "stall_since": 0.4,
    "stall_fell": 0.3,
    "moved": 0.06,
    "gain_of_drop": 0.25,
    "gain_of_level": 0.01,
    "gain_z": 1.3,
}
RISE = {
    "offset": 0.2851,
    "rise": 1.4494,
    "z": 0.4591,
    "since": 1.8266,
    "gap": 2.803,
    "fell": 4.0412,
}
RISE_ALONE = {
    "offset": 2.7686,
    "rise": 1.9144,
    "z": 0.5907,
    "since": 3.3229,
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
    "healthy": (1.048, 1.301),
    "overfit": (1.587, 3.046),
    "underfit": (1.481, 2.312),
    "erratic": (1.394, 4.476),
}
