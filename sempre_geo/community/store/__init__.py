"""The database: tables, queries and migrations; the only room that knows SQL."""
