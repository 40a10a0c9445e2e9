"""Any text that holds a training log: numbers with names on a clock, in lines and in tables."""
