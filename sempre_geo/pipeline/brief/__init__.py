"""Use case of the brief: key figures, maps, voices and recommendations of a region for those who decide."""
