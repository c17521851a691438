"""What Monica's answers show."""

from typing import Any

import httpx


async def data_of(answer: httpx.Response, status: int = 200) -> Any:  # noqa: ANN401 - any JSON
    """What an answer shows."""
    assert answer.status_code == status, answer.text
    return answer.json()["data"]
