"""The settings of an account, a page for each of its parts."""
