"""Files that survive a kill: whole writes and locks."""
