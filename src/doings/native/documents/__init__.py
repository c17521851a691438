"""The JSON that the native API reads, and writes around the documents of `core.documents`."""
