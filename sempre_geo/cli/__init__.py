"""The command line: one command per use case. Bad input ends in one sentence and exit status 2."""

from sempre_geo.cli import community, gaps, languages, regions, travel
from sempre_geo.cli.group import cli, main

__all__ = ["cli", "community", "gaps", "languages", "main", "regions", "travel"]
