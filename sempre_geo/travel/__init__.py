"""How long it takes: streets, timetables, opening hours, visits."""
