"""The Cobot dialect."""
