"""The removal of activities whose time is over, as the server runs."""
