"""See, produce, read and cure learning curves."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Looked up on first use: `import sweep` stays as light as the configuration needs it to be.
_HOMES = {
    "Curves": "sweep.curves",
    "Series": "sweep.curves",
    "Diagnosis": "sweep.diagnosis",
    "Monitor": "sweep.diagnosis",
    "DiagnosisCallback": "sweep.integrations.transformers",
    "read": "sweep.readers",
}
__all__ = ["Curves", "Diagnosis", "DiagnosisCallback", "Monitor", "Series", "read"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'sweep' has no attribute {name!r}")
