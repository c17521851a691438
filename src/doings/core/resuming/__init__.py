"""Where a reader goes on: in a list, by a cursor, and in the feed, by a position."""
