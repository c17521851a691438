"""How much one request asks for: the work of what it records, the words that it looks for."""
