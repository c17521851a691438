"""Contacts, by the name that Doings calls them by."""

from django.db import models


class Contact(models.Model):
    """A contact of an account."""

    account = models.BigIntegerField()
    name = models.CharField(max_length=255)

    class Meta:
        """A name is unique in its account."""

        constraints = (models.UniqueConstraint("account", "name", name="contact_name"),)

    def __str__(self) -> str:
        return str(self.name)
