"""Use cases of travel times: matrices, journeys, visits."""
