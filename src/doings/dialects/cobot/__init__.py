"""The Cobot dialect: a space's activities as `https://<space>.cobot.me/api` shows them."""
