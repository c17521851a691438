"""The database as a whole: copied, upgraded, backed up, checked."""
