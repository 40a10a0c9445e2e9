"""Data of the recipes: files, splits, token caches and synthetic text."""
