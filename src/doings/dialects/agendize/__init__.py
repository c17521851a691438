"""The Agendize dialect: the Client Activities API, version 2.3."""
