"""Bounds of the rules. They word findings and cast the rules' vote; the verdict's probabilities come from the model.

Chosen in November 2026 on 5,895 histories: tiny networks, this project's recipes and parametric families. Nothing has
been fitted to them since; docs/diagnosis.md says how well the vote does on families that it was not chosen on.
"""

from __future__ import annotations

from typing import Final

BOUNDS: Final = {
    "rise_above_start": 1.0,
    "excursion": 0.04,
    "excursion_z": 4.0,
    "recovered_share": 0.85,
    "tail_flatness": 6.0,
    "jump_of_range": 0.04,
    "jump_of_range_alone": 0.1,
    "jump_of_level": 0.03,
    "jump_of_level_alone": 0.02,
    "jump_correlation": 0.6,
    "sign_changes": 0.25,
    "shared_rise_of_drop": 0.4,
    "shared_rise_of_start": 0.1,
    "lost_ground": 0.15,
    "lost_ground_alone": 0.25,
    "lost_gap": 0.5,
    "lost_correlation": 0.7,
    "rise_least": 0.04,
    "rise_most": 0.3,
    "rise_z": 1.5,
    "stall_gap_of_drop": 0.4,
    "stall_gap_of_level": 0.4,
    "plateau_share": 0.4,
    "train_fall_on_plateau": 0.3,
    "moved": 0.06,
    "gain_least": 0.08,
    "gain_most": 0.25,
    "gain_of_level": 0.01,
    "gain_z": 1.0,
}
# Logistic regressions that say which rise, and which gain in sight, is large enough in its circumstances.
RISE: Final = {"offset": -0.9343, "rise": 1.4317, "z": 0.7523, "since": 2.4409, "gap": 2.2049, "fell": 4.3472}
RISE_ALONE: Final = {"offset": 1.6363, "rise": 1.9632, "z": 0.815, "since": 4.2806}
GAIN: Final = {"offset": 4.8239, "z": 0.4738, "moved": -8.0833, "gap": -1.3076, "gain": 0.7745}
GAIN_ALONE: Final = {"offset": 4.726, "z": 0.5094, "moved": -8.2468, "gain": 0.7723}
