"""What a dialect says about pulling from its vendor's live service, without HTTP.

A dialect's `vendor_api.py` fills in `Service`: pure functions that go from one place in the
vendor's lists to the next. A place is a frozen Struct that is stored as JSON between two pages, so
that a pull that was killed goes on where it was.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, Literal, TypeVar

import msgspec

from doings.core.activity import Activity, Draft
from doings.core.entity import CONTACT, ID_LENGTH, EntityDraft, EntityKey
from doings.core.imports import Context, ImportItem, ListedThing, SavedAnswers
from doings.core.pulling.merging import with_links
from doings.core.store import Writer

P = TypeVar("P")

Needed = Literal["key", "secret", "user"]
"""A part of a credential."""


class Credentials(msgspec.Struct, frozen=True):
    """What a service is signed in to with; a part that it does not need is None."""

    key: str | None = None
    secret: str | None = None
    user: str | None = None


class Ask(msgspec.Struct, frozen=True):
    """A request: the path behind the base URL, and the parameters.

    `may_miss` says that 404 is an answer, `may_split` that less can be asked for at a time.
    """

    path: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    method: Literal["GET", "POST"] = "GET"
    may_miss: bool = False
    may_split: bool = False


class Answer(msgspec.Struct, frozen=True):
    """What a service answered: JSON, unless `is_missing`. `at` is the instant of its clock."""

    body: bytes
    headers: Mapping[str, str] = {}
    at: int = 0
    is_missing: bool = False


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer says: its elements in the order to record them in, and where it stands.

    `held` are elements that are recorded together with the next page. `total` is how many there are
    in all, `last` the number of the last page, `oldest` the instant of the oldest element, and
    `next` what the next page is asked for with; each is None where the answer does not say.
    `missing` is the name of something that was asked for by itself and is there no more. `prefix`
    is what stands before the ids of its elements in their names. `listed` is how many there are in
    this list, where there are several, and `remark` what is to be told about the service.
    """

    elements: Sequence[bytes] = ()
    held: Sequence[bytes] = ()
    total: int | None = None
    last: int | None = None
    has_more: bool = False
    oldest: int | None = None
    next: str | None = None
    missing: str | None = None
    at: int = 0
    prefix: str = ""
    listed: int | None = None
    remark: str | None = None


class Seen(msgspec.Struct, frozen=True):
    """How much of a page is new and how much was known before.

    `items` is how many entries of the service are known with it.
    """

    new: int
    known: int
    items: int


class Beginning(msgspec.Struct, frozen=True):
    """How to go through a service: for the first time or again, and from which instant on.

    `sweeps` says that what was changed and deleted is looked for as well. `contact` is the contact
    whose list is asked for, where the service has no other lists. `is_known` says that something of
    the service was seen before, also where the place of that was lost.
    """

    now: int
    is_first: bool
    since: int | None = None
    sweeps: bool = True
    contact: str | None = None
    is_known: bool = False


class Group(msgspec.Struct, frozen=True):
    """The entries of one list: what they are called, and between which names theirs are."""

    word: str
    low: str
    high: str


class Inconsistent(Exception):
    """What a service says cannot be true: there is more and more, or less than it counts."""


def _same(_known: Activity, said: Draft, _now: int) -> Draft:
    return said


def _contact(contact: str) -> ImportItem:
    return ImportItem(draft=None, new_entities=(((CONTACT, contact), EntityDraft()),))


def _linked(_known: Activity, whole: Draft, said: Draft) -> Draft:
    return msgspec.structs.replace(whole, links=with_links(whole.links, said.links))


def _untold(_credentials: Credentials, _answer: Answer | None) -> str | None:
    return None


def can_be_asked_for(contact: str) -> bool:
    """Whether a text can be the id of a contact in an address, where dots alone lead elsewhere."""
    return 0 < len(contact) <= ID_LENGTH and "\0" not in contact and contact not in {".", ".."}


class Service(msgspec.Struct, Generic[P], frozen=True, kw_only=True):
    """How a vendor's live service is gone through.

    `rate` is how many requests a minute the vendor takes, None for as many as one likes. `needs`
    are the parts of a credential, `headers` signs in with them (or with the token that `sign_in`
    was answered with). `begin` takes the place that the last round ended at. `ask` returns None at
    the end. `page` raises Malformed and Invalid, `turn` Inconsistent.

    `parse` reads an element, where that is more than the saved answers know. `detail` is what to
    ask for an element that says less than the service knows, `changed` the draft of an activity
    that the service has changed, `joined` that of one that it shows for another contact, too, given
    the activity that is known, the draft of it, and the draft of what is shown. `twins` are the
    names that the same thing, known by its id, may have in lists that were read before. Where
    `missed_after` returns a name, the next one behind it that this round has not seen is looked
    for, and `found` takes it, or None. `halve` returns a place that asks for half as much, None for
    the least.
    """

    saved: SavedAnswers
    place: type[P]
    rate: int | None
    needs: tuple[Needed, ...]
    headers: Callable[[Credentials, str | None], dict[str, str]]
    begin: Callable[[P | None, Beginning], P]
    ask: Callable[[P], Ask | None]
    page: Callable[[P, Answer], Page]
    turn: Callable[[P, Page, Seen], P]
    sign_in: Callable[[Credentials], Ask] | None = None
    token: Callable[[Answer], str] | None = None
    parse: Callable[[bytes, Context], ImportItem] | None = None
    detail: Callable[[bytes], Ask | None] | None = None
    changed: Callable[[Activity, Draft, int], Draft] = _same
    joined: Callable[[Activity, Draft, Draft], Draft] = _linked
    twins: Callable[[ImportItem], Sequence[str]] = lambda _item: ()
    thing: Callable[[str], EntityKey | ListedThing | None] = lambda _ref: None
    """The entity that a name stands for; None for an activity."""
    person: Callable[[EntityKey], str | None] = lambda _key: None
    """The name under which the service lists a person."""
    kept_types: tuple[str, ...] = ()
    """Types of what goes with a contact that the service has deleted."""
    missed_after: Callable[[P], str | None] = lambda _place: None
    found: Callable[[P, str | None], P] = lambda place, _missed: place
    groups: Callable[[P], Sequence[Group]] = lambda _place: ()
    """The lists of which a sweep looks for what is missing, where it may be much."""
    halve: Callable[[P], P | None] = lambda _place: None
    is_by_contact: bool = False
    owner: Callable[[str], ImportItem] = _contact
    """What the list of a contact says of the contact: that there is one of this id."""
    contact_types: tuple[str, ...] = ()
    """Types of entities besides contacts whose ids the service knows."""
    takes_either: bool = False
    """Whether its one secret may as well be given as a key."""
    me: Ask | None = None
    """What tells whose account the credentials are of, where that has to be asked."""
    whose: Callable[[Credentials, Answer | None], str | None] = _untold
    """What the service calls that account; None where it does not tell."""
    noted_twins: Callable[[Writer], Awaitable[None]] | None = None
    """Notes in a transaction that the service shows something in two lists."""
    is_one_to_an_account: bool = False
    """Whether ids are numbers that another server of the vendor gives to something else."""

    def read(self, element: bytes, context: Context) -> ImportItem:
        """What an element says; raises Invalid and Malformed."""
        return (self.parse or self.saved.parse_element)(element, context)


AnyService = Service[Any]
