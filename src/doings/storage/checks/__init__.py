"""What `doings check` looks at."""
