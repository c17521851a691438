"""A person or a thing: what is known of it, and what its timeline comes to."""
