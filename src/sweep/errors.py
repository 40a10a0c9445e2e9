"""What a user can mend: an error that names the key, the value and the way out."""

from __future__ import annotations


class ConfigError(ValueError):
    """A setting that can't be used.

    Args:
        key: The setting's dotted key.
        message: The predicate of a sentence that begins with the key, on one line: what is wrong, what was expected,
            how to mend it.
    """

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key} {' '.join(message.split())}")
        self.key = key
        self.message = message

    def __reduce__(self) -> tuple[type[ConfigError], tuple[str, str]]:
        return type(self), (self.key, self.message)
