"""Pulling a history from the service where it is: what is asked, and what each answer says."""
