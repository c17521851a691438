"""Between Monica's documents and ours; no HTTP."""
