"""What arrives as text and is read here: instants, JSON, HTML and searched words."""
