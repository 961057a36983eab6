"""`python -m sempre_geo.cli`, where the console script is not on the path."""

from sempre_geo.cli import main

main()
