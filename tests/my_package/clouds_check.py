"""What can be found wrong with the recipe of two clouds before torch is loaded."""

from sweep.config.schema import Recipe
from sweep.errors import ConfigError


def check(recipe: Recipe) -> None:
    distance = recipe.data["distance"]
    if distance < 0:
        raise ConfigError("recipe.data.distance", f"is {distance}, but must be at least 0")
