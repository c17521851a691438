"""One activity: how each API shows it, and how it became what it is."""
