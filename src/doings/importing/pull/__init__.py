"""Bringing history in from a vendor's live service, page by page."""
