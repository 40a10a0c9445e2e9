"""The study: trials over a search space, resumed to a total."""
