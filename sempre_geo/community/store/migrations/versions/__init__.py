"""The steps, the oldest first; a step that has been released is never changed."""
