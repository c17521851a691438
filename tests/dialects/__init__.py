"""The five dialects, each against its vendor's documentation."""
