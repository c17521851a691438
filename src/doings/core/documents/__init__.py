"""Activities as JSON: our own document, and how a surface's own are rendered and kept."""
