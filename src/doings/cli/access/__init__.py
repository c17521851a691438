"""Who may come in: accounts, their credentials, and a browser that is signed in."""
