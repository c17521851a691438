"""What Doings is made of: how that is told."""
