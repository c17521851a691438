"""What the native API adds to HTTP: responses, ETags, idempotency, request bodies."""
