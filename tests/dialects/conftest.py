"""Every test of a dialect runs on each engine; one that takes `dialect` runs over all five."""

import pytest

from tests.counting import statements
from tests.dialects.dialect import DIALECTS, Dialect
from tests.engines import engine

__all__ = ["engine", "statements"]


@pytest.fixture(params=DIALECTS, ids=lambda dialect: dialect.name)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """Each of the five dialects."""
    chosen: Dialect = request.param
    return chosen
