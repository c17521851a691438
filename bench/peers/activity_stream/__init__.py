"""A Django project with django-activity-stream: users act on contacts."""
