"""What several tests need: studies, histories, logs, and the command in this process. Imported by name."""
