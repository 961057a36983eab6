"""Use cases of gaps: who is beyond a standard, why, and what would change it."""
