"""Treatment: run, diagnose, apply what is advised, run again."""
