"""Findings: readable rules over the measures. They explain and advise; together they cast one vote for the verdict."""
