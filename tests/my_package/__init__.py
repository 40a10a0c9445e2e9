"""What a user of the package would write of their own: a recipe, a tracker, metrics."""
