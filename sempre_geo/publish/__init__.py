"""What others get: tiles, maps, reports, exports."""
