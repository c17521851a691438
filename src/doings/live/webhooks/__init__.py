"""Webhooks: what is sent where, in which order, how often, and how it is signed."""
