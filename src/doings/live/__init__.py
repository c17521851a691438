"""What is told as it happens: streams of an account's feed, one read for all who listen."""
