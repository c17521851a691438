"""The JSON of kinds: the catalogue's, and the account's own."""

import msgspec
from msgspec import UNSET, UnsetType

from doings.core.documents.document import NullableObject
from doings.native.documents.words import KindColour, KindIcon, KindTitle


class KindDocument(msgspec.Struct):
    """A kind; `data` is the JSON Schema of its data, null where any will do.

    `title` is its name; of one of the account's `own`, the template of its titles, as it was put.
    Only those have `colour` and `own`.
    """

    kind: str
    title: str
    icon: str
    meaning: str
    data: NullableObject | None
    colour: str | UnsetType | None = UNSET
    own: bool | UnsetType = UNSET


class KindInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How activities of a kind of the account's own are shown.

    `title` is a template: `Visited {@contact}{?: {summary}}`.
    """

    title: KindTitle
    icon: KindIcon | None = None
    colour: KindColour | None = None


class KindList(msgspec.Struct):
    """The catalogue, and behind it the kinds of the account's own."""

    items: list[KindDocument]
