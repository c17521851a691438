"""Who may be one person: what is compared of people, and what is suggested."""
