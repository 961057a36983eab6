"""Use cases that make a region: check inputs, build, demo, export."""
