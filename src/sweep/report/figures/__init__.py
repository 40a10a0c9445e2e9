"""Figures of learning curves and of the map of regimes."""
