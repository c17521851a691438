"""The mio.ID dialect."""
