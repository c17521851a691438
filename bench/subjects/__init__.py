"""What is measured: servers and databases, and other ways to run them."""
