"""Who is asking: one credential serves every surface."""
