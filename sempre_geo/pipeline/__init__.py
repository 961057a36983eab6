"""The use cases, one function each: what commands and pages call."""
