"""The only place with SQL. One text for all engines; an engine's own file holds what differs."""
