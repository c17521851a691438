"""The native API, mounted at /v1: our own words, all that the model holds. See README.md."""
