"""The same page and the same post as others would build them, idiomatic and without sign-in."""
