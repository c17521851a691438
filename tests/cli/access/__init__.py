"""Commands about accounts, credentials and browsers."""
