"""Parts of the program that can be added from outside, by name."""
