"""Five published activities APIs: packages of one shape that know nothing of each other."""
