"""What Doings is made of: a bill of materials, licences, and known weaknesses."""
