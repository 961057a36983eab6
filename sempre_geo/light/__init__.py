"""The light pages: the same use cases as plain HTML, for weak networks, old phones and screen readers."""
