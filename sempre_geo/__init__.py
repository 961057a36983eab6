"""Participatory map and service-gap GIS for rural areas of the Baltic Sea Region."""

__version__ = "0.1.0"
