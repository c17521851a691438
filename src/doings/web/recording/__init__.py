"""Recording and changing by hand: forms, whom they name, and the drafts that they make."""
