"""The Agendize dialect."""
