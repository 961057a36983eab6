"""Use cases of the map: what it shows of a region and says of a place."""
