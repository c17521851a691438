"""What somebody saved of another service's answers: what each element says, and the way back.

Nothing here knows a service: a dialect's `saved.py` fills in `SavedAnswers`.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from enum import Enum
from typing import TypeVar

import msgspec

from doings.core.account import Account
from doings.core.activity import Activity, Draft
from doings.core.activity import draft_of as draft_of_activity
from doings.core.documents.rendering import json_rendering, rendered
from doings.core.entity import Entity, EntityDraft, EntityKey, draft_of
from doings.core.errors import Invalid, Malformed
from doings.core.query import Query
from doings.core.store import Writer
from doings.core.store.rendering import Rendering
from doings.core.text import json_text, members_from_text, object_from_text
from doings.core.timeline import Timeline
from doings.core.values.lenient import lenient_decoder

T = TypeVar("T")


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer does not say itself: whose it is, the contact it is about, when, and where.

    `url` is where the dialect's surface is mounted.
    """

    account: Account
    contact_id: str | None
    now: int
    url: str


class NamedRef(msgspec.Struct, frozen=True):
    """A thing that goes by its name among those of its type: it is found, or else made.

    All without a name are one, among those `within` the same thing.
    `within` are the attribute that holds the id of another such thing, and that thing. In an
    account that keeps the numbers of a service the thing goes by its `number` there instead.
    """

    type: str
    name: str | None
    within: "tuple[str, NamedRef] | None" = None
    number: int | msgspec.UnsetType = msgspec.UNSET


class ListedThing(msgspec.Struct, frozen=True):
    """A thing that a list of the service itself shows, by its number there.

    The attribute `by` holds that number here. `attrs` is JSON; null is what it does not have any
    more. `within` are the attribute that holds the id of another such thing, and that thing.
    """

    type: str
    by: str
    number: int
    name: str | None
    attrs: str = "{}"
    within: "tuple[str, ListedThing] | None" = None


class Reference(msgspec.Struct, frozen=True):
    """An attribute of the entity `key` that holds the number of another one.

    That is the id of a thing that a list shows, or the seq of the entity of a key.
    """

    key: EntityKey
    attribute: str
    to: ListedThing | EntityKey


class ImportItem(msgspec.Struct, frozen=True, kw_only=True):
    """What an element says: an activity, what is known of those concerned, and things by name.

    `draft` is None for an element that is no activity. `entities` fill the gaps of what is known,
    `new_entities` are made where they are not there and change nothing else. The things of `named`
    are linked to the activity once their ids are known; without a draft they are tags of the
    entities. `id` is the activity's, where the element was exported from this account. `left_out`
    is what an element says in words that is not kept here; it says nothing else then. `twins` are
    the external ids that the same activity may have here, as the service shows it in other lists.

    What follows is for pulls. `listed` is a thing by its number, `refers` what else entities hold.
    `whole` are the key of a contact, types of what belongs to it, and how the ids of those begin
    that `entities` names all of. `noted` is the attribute of an entity that holds the seq of the
    activity as long as there is one. `known_as` is what the same thing is in another list, and
    `repeats` what it may be there.
    """

    draft: Draft | None
    entities: tuple[tuple[EntityKey, EntityDraft], ...] = ()
    new_entities: tuple[tuple[EntityKey, EntityDraft], ...] = ()
    named: tuple[NamedRef, ...] = ()
    id: str | None = None
    left_out: str | None = None
    twins: tuple[str, ...] = ()
    listed: ListedThing | None = None
    refers: tuple[Reference, ...] = ()
    whole: tuple[EntityKey, tuple[str, ...], str] | None = None
    noted: tuple[EntityKey, str] | None = None
    known_as: str | None = None
    repeats: tuple[str, ...] = ()


class Contact(Enum):
    """Whether an answer is about one contact, which somebody has to name."""

    NEVER = "never"
    PERHAPS = "perhaps"
    ALWAYS = "always"


def _never(_: Sequence[bytes]) -> bool:
    return False


def as_it_is(activity: Activity, _draft: Draft, _now: int) -> Draft:
    """What a known activity is completed with where nothing is missing: itself."""
    return draft_of_activity(activity)


class OtherLists(msgspec.Struct, frozen=True):
    """What becomes of an activity that a service shows in several lists.

    `joined` takes what is known and what another list says, and returns all of it. `noted` is
    called where there is such an activity.
    """

    joined: Callable[[Draft, Draft], Draft]
    noted: Callable[[Writer], Awaitable[None]]


class SavedAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """How a dialect reads and writes its vendor's lists.

    `elements_from_answer` raises Malformed and Invalid, `parse_element` Invalid, `respond_chunks`
    NotFound before its first chunk. `lacks_contact` tells whether elements say of some activity
    neither whose it is. Lists that begin with the newest are recorded from their end on.

    `filled_activity` takes an activity that is known already, the draft of another element about it
    and the instant, and returns the draft of all that is known now. `has_ids` says whether the
    vendor gives activities ids. If it does not, `external_id` stands for what an element says, and
    elements of one answer that say the same are as many activities. `place_of` names the place of
    an element where that is not its number in a list. `lacks_numbers` tells whether elements do not
    say the numbers that the vendor shows; without it no account can keep such numbers.
    `other_lists` is for items that have twins.
    """

    elements_from_answer: Callable[[bytes], list[bytes]]
    parse_element: Callable[[bytes, Context], ImportItem]
    respond_chunks: Callable[[Timeline, Context], AsyncIterator[bytes]]
    contact_of_import: Contact = Contact.NEVER
    contact_of_export: Contact = Contact.NEVER
    lacks_contact: Callable[[Sequence[bytes]], bool] = _never
    is_newest_first: bool = False
    filled_activity: Callable[[Activity, Draft, int], Draft] = as_it_is
    has_ids: bool = True
    place_of: Callable[[bytes], str | None] | None = None
    lacks_numbers: Callable[[Sequence[bytes]], bool] | None = None
    other_lists: OtherLists | None = None


_MARK = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[{]|[\]}]', re.DOTALL)


_START = re.compile(rb"\A(?:\s|\xef\xbb\xbf)+")

_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)
"""An escape in a text: two halves of a character, one half by itself, or any other."""

_HALF = rb"\ufffd"


def answers_from_text(text: bytes) -> list[bytes]:
    """Cut apart answers that were saved one after the other, or one a line.

    They come without white space between their values, however they were saved: what is passed
    through is stored so, and what says the same is the same. What is no JSON is part of an answer,
    whose reader will say so.
    """
    text = _bare(text)
    whole = _compacted(text)
    if whole is not None:
        return [whole]
    return [_compacted(answer) or answer for answer in _cut(text)]


def answer_from_text(text: bytes) -> bytes | None:
    """One answer as it is read, without white space between its values; None for what is none."""
    return _compacted(_bare(text))


def _bare(text: bytes) -> bytes:
    """The text without white space around it and byte order marks before it.

    Each of several files that were joined may have begun with a mark.
    """
    return _START.sub(b"", text, count=1).rstrip()


def _compacted(text: bytes) -> bytes | None:
    """JSON without white space between its values, or None for what is none.

    Programs that count in UTF-16 cut a text in the middle of an emoji. What is left of it there is
    no character, so U+FFFD stands in its place: else nothing of the answer could be read.
    """
    try:
        return msgspec.json.format(text, indent=-1)
    except RecursionError:
        return None
    except ValueError:
        whole = _ESCAPE.sub(lambda escape: _HALF if escape["half"] else escape[0], text)
    try:
        return msgspec.json.format(whole, indent=-1)
    except (ValueError, RecursionError):
        return None


def _cut(text: bytes) -> Iterator[bytes]:
    begin = depth = 0
    for mark in _MARK.finditer(text):
        sign = text[mark.start()]
        if sign in b"[{":
            depth += 1
        elif sign in b"]}":
            depth -= 1
            if depth <= 0:
                yield _bare(text[begin : mark.end()])
                begin, depth = mark.end(), 0
    rest = _bare(text[begin:])
    if rest:
        yield rest


def decoded_answer(answer: bytes, shape: type[T]) -> T:
    """An answer's envelope; raises Malformed and Invalid."""
    try:
        return msgspec.json.decode(answer, type=shape)
    except msgspec.ValidationError as error:
        raise Invalid.of("answer", str(error)) from None
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not JSON: {error}") from None


def element_decoder(shape: type[T]) -> Callable[[bytes], T]:
    """What decodes an element of an answer into a shape; it raises Invalid.

    All of the element can be read and is not too deep, also where the shape does not say what it
    holds. Decimal numbers of no certain type keep their digits: they are `msgspec.Raw`. Null where
    the shape takes none, and a number that is written as a text, are read as they are meant.
    """
    decode = lenient_decoder(shape)

    def decoded_element(element: bytes) -> T:
        try:
            text = element.decode()
            decoded = decode(element)
        except (ValueError, RecursionError) as error:
            raise Invalid.of("activity", str(error)) from None
        members_from_text(text, field="activity")
        return decoded

    return decoded_element


def elements_of_list(value: msgspec.Raw | bytes) -> list[bytes]:
    """The elements of a JSON list; raises Malformed and Invalid."""
    return [bytes(element) for element in decoded_answer(bytes(value), list[msgspec.Raw])]


_encode = msgspec.json.Encoder().encode


async def list_chunks(
    timeline: Timeline,
    query: Query,
    render: Callable[[Sequence[Activity]], Sequence[object]],
    frame: tuple[bytes, bytes],
) -> AsyncIterator[bytes]:
    """A JSON list of all that a query finds, within a frame; memory stays flat."""
    head, tail = frame
    before = head
    rendering = json_rendering("export", render)
    async for activities in timeline.walk(query):
        yield before + b",".join(await _rendered(timeline, rendering, activities))
        before = b","
    yield (head if before is head else b"") + tail


async def _rendered(
    timeline: Timeline, rendering: Rendering, activities: Sequence[Activity]
) -> Sequence[bytes]:
    return await timeline.read(lambda reader: rendered(rendering, reader, activities))


Members = dict[str, msgspec.Raw]
_members = msgspec.json.Decoder(Members).decode


def has_own_name(draft: EntityDraft) -> bool:
    """Whether an entity has a name, and not just its address or number instead of one."""
    if draft.name is None:
        return False
    attrs = object_from_text(draft.attrs)
    return draft.name not in (attrs.get("email"), attrs.get("phone"))


def filled_draft(known: Entity | None, said: EntityDraft) -> EntityDraft:
    """What is known of an entity, and what was said and is not known yet."""
    if known is None:
        return said
    own = draft_of(known)
    attrs = _members(own.attrs)
    is_better = own.name != said.name and has_own_name(said) and not has_own_name(own)
    gaps = {
        name: value
        for name, value in _members(said.attrs).items()
        if bytes(attrs.get(name, b"null")) == b"null"
    }
    return EntityDraft(
        name=said.name if is_better else own.name or said.name,
        attrs=json_text(attrs | gaps) if gaps else own.attrs,
        contact=own.contact or said.contact,
    )
