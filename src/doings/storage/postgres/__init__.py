"""PostgreSQL, and Citus on top of it."""
