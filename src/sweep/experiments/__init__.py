"""Experiments on the advice and the verdicts: treatment, the remedy table, the audit."""
