"""Monica's resources as tables: what is sent, how it is stored, and what is shown of each."""
