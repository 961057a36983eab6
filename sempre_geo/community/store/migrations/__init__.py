"""The way of an older store to this version, one file a step."""
