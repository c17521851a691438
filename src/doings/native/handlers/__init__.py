"""What each route of the native API does."""
