"""Commands that bring activities in and out."""
