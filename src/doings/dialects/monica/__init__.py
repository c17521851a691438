"""The API of Monica CRM 2.17-4.1: what its clients use to keep a diary of the people they meet."""
