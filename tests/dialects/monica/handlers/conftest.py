"""A contact that activities are about."""

import pytest

from doings.core.entity import Entity
from tests.serving import Business


@pytest.fixture
async def ann(acme: Business) -> Entity:
    """Another contact, partial."""
    return await acme.put("contact", "ann", name="Ann Lee", attrs='{"is_partial":true}')
