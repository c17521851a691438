"""What is sent to a server under test, what listens to it, and what either is made of."""
