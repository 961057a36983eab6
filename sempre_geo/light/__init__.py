"""Plain HTML pages for weak networks and screen readers: routes of the same app."""
