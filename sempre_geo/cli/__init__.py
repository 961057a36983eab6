"""The command line: one command per use case. Bad input ends in one sentence and exit status 2."""

from sempre_geo.cli import brief, community, compare, gaps, languages, regions, travel
from sempre_geo.cli.group import cli, main

__all__ = ["brief", "cli", "community", "compare", "gaps", "languages", "main", "regions", "travel"]
