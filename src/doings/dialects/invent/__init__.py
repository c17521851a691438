"""The Invent dialect: a contact's activities as `api.useinvent.com` shows them."""
