"""What is brought up to date while a database is in use."""
