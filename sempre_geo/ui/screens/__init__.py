"""The pages, one script each: title, choose, call, draw, explain."""
