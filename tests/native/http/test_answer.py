"""Answers as the store keeps them: text whose form lasts, as databases hold it already."""

from doings.native.http.answer import Answer, recall_answer, remember_answer

ANSWER = Answer(201, {"Location": "/v1/activities/x"}, b'{"id":"\xc3\xbc"}')
TEXT = '{"status":201,"headers":{"Location":"/v1/activities/x"},"body":"eyJpZCI6IsO8In0="}'
DIGEST = b"\x01" * 16


class Texts:
    """What is kept, by key and digest."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, bytes], str] = {}

    async def recall(self, key: str, digest: bytes) -> str | None:
        """The text of that key and digest."""
        return self.kept.get((key, digest))

    async def remember(self, key: str, digest: bytes, answer: str) -> None:
        """Keep the text."""
        self.kept[key, digest] = answer


async def test_answer_is_kept_in_the_form_that_databases_hold() -> None:
    """Status, headers and body are members; the body is base64."""
    texts = Texts()

    await remember_answer(texts, "k", DIGEST, ANSWER)

    assert texts.kept == {("k", DIGEST): TEXT}


async def test_answer_that_an_older_program_kept_is_read() -> None:
    """What is read is what was kept, and nothing under another key."""
    texts = Texts()
    texts.kept["k", DIGEST] = TEXT

    assert await recall_answer(texts, "k", DIGEST) == ANSWER
    assert await recall_answer(texts, "other", DIGEST) is None
