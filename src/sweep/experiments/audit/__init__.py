"""The audit: each verdict against what treating the run shows."""
