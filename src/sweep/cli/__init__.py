"""What people type: the commands, their help and their refusals."""
