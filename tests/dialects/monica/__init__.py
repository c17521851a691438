"""Monica's dialect, against the vendor's document and what real clients send."""
