"""What a user can mend: an error that names the key, the value and the way out."""

from __future__ import annotations


class ConfigError(ValueError):
    """A setting that can't be used. ``key`` names it; the text says what is wrong and how to mend it, on one line."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key} {' '.join(message.split())}")
        self.key = key
        self.message = message

    def __reduce__(self) -> tuple[type[ConfigError], tuple[str, str]]:
        return type(self), (self.key, self.message)


class StudyError(ConfigError):
    """A study that can't be run as asked."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key}:", message)
        self.key = key
