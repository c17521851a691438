"""Who may what, asked of every operation of every surface as their route tables have them."""
