"""The vendor's JSON, member by member in the order of its documentation."""

from datetime import datetime

import msgspec


class UserDocument(msgspec.Struct):
    """The user who did it."""

    id: str
    name: str | None
    email: str | None
    avatar: str | None
    seen_at: datetime | None


class AssistantDocument(msgspec.Struct):
    """The program that did it."""

    id: str
    name: str | None
    avatar_url: str | None


class BoardDocument(msgspec.Struct):
    """The place of a segment on a board."""

    board_id: str | None
    board_name: str | None
    column_id: str | None


class SegmentDocument(msgspec.Struct):
    """A group of contacts."""

    id: str
    name: str | None
    color: str
    contacts_count: int | None
    boards: list[BoardDocument]
    created_at: datetime
    updated_at: datetime


class BroadcastDocument(msgspec.Struct):
    """A message to many contacts."""

    id: str
    name: str | None


class FileDocument(msgspec.Struct):
    """A file, which is kept elsewhere."""

    id: str | None
    file_path: str | None
    file_filename: str | None
    file_size: int | None
    file_mimetype: str | None
    file_url: str | None
    created_at: datetime | None


class NoteUserDocument(msgspec.Struct):
    """The user who wrote a note."""

    id: str
    name: str | None
    avatar: str | None


class NoteDocument(msgspec.Struct):
    """A note about a contact."""

    id: str
    contact_id: str
    content: str | None
    attachments: list[FileDocument]
    created_at: datetime
    updated_at: datetime
    user: NoteUserDocument | None


class ActivityDocument(msgspec.Struct):
    """One element of the list."""

    id: str
    type: str
    created_at: datetime
    actor: UserDocument | None
    assistant: AssistantDocument | None
    segment: SegmentDocument | None
    broadcast: BroadcastDocument | None
    note: NoteDocument | None
    file: FileDocument | None
    metadata: msgspec.Raw


class ErrorDocument(msgspec.Struct):
    """Any error."""

    message: str
    code: str


class SavedUser(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The user who did it; what follows the name are the entity's attributes."""

    id: str
    name: str | None = None
    email: str | None = None
    avatar: str | None = None
    seen_at: str | None = None


class SavedAssistant(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The program that did it; what follows the name are the entity's attributes."""

    id: str
    name: str | None = None
    avatar_url: str | None = None


class SavedSegment(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A group of contacts; what follows the name are the entity's attributes."""

    id: str
    name: str | None = None
    color: str | None = None
    contacts_count: int | None = None
    boards: list[dict[str, str | None]] = []
    created_at: str | None = None
    updated_at: str | None = None


class SavedBroadcast(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A message to many contacts."""

    id: str
    name: str | None = None


class SavedFile(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A file; its members are what data keeps of it."""

    id: str | None = None
    file_path: str | None = None
    file_filename: str | None = None
    file_size: int | None = None
    file_mimetype: str | None = None
    file_url: str | None = None
    created_at: str | None = None


class SavedNote(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A note; its members are what data keeps of it, except the contact and the content."""

    id: str | None = None
    contact_id: str | None = None
    content: str | None = None
    attachments: list[SavedFile] = []
    created_at: str | None = None
    updated_at: str | None = None


class SavedActivity(msgspec.Struct, kw_only=True):
    """One element of an answer of a saved answer; what an answer may lack has a default."""

    id: str
    type: str
    created_at: str
    actor: SavedUser | None = None
    assistant: SavedAssistant | None = None
    segment: SavedSegment | None = None
    broadcast: SavedBroadcast | None = None
    note: SavedNote | None = None
    file: SavedFile | None = None
    metadata: msgspec.Raw = msgspec.Raw(b"{}")
