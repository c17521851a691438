"""An account itself: made and removed, and its credentials."""
