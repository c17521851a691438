"""Whether an export is the history that a log stands for: read line by line, with public keys.

An export begins with a checkpoint, ends with one, and has a line for each leaf before the last.
The lines of entities and activities were read in between, so each has to be what the log says of
it at the first checkpoint or at a later leaf.
"""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from doings.proof.checkpoint import Checkpoint, Note, Verifier, note_from_text
from doings.proof.leaf import HASH_BYTES, SALT_BYTES, digest_of, leaf_hash
from doings.proof.merges import MergeMember, Merges, MergeSaid, RevertMember
from doings.proof.tree import EMPTY, Frontier

MOST_FINDINGS = 20
"""How many findings are kept; further ones are counted."""

CHANGES_OF_GROUP = frozenset({"joined", "merged", "parted"})
"""What is told of entities without changing them."""

_OWNER = "owner"
_MARK_BYTES = 16


class LeafMember(msgspec.Struct, frozen=True):
    """What the line of a leaf says; `salt` and `statement` are null where they were destroyed."""

    number: int
    digest: str
    salt: str | None
    statement: str | None


class Line(msgspec.Struct, frozen=True):
    """A line of an export; that of an activity has none of these members."""

    checkpoint: str | None = None
    leaf: LeafMember | None = None
    entity: msgspec.Raw = msgspec.Raw()
    merge: MergeMember | None = None
    revert: RevertMember | None = None


class _Said(msgspec.Struct, frozen=True):
    """What is read of a statement."""

    seq: int
    op: str
    type: str
    id: str
    kind: str | None
    document: msgspec.Raw
    merge: MergeSaid | None = None
    forgets: tuple[int, ...] = ()


_line = msgspec.json.Decoder(Line).decode
_said = msgspec.json.Decoder(_Said).decode
_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_value = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode

Mark = bytes
"""The beginning of the hash of a document."""


class History:
    """An export that is read, and what is wrong with it."""

    def __init__(self, keys: Sequence[Verifier], old: Note | None = None) -> None:
        self._keys = keys
        self._old = old
        self._tree = Frontier()
        self._next = 0
        """The number that the next leaf has to have."""
        self._first: Checkpoint | None = None
        self._last: Checkpoint | None = None
        self._roots: dict[int, bytes] = {0: EMPTY}
        self._wanted: set[int] = set()
        self._shown: dict[str, tuple[int, Mark]] = {}
        """The line and the mark of each thing that the export shows."""
        self._states: dict[str, list[Mark | None]] = {}
        """The marks of the states that a line may show; None says that it may be missing."""
        self._merges = Merges()
        self._silent: set[int] = set()
        """The leaves that say nothing any more."""
        self._told: set[int] = set()
        """The leaves of which others tell that they lost their salts."""
        self._older = 0
        """Before which leaf erasures lie that did not tell of leaves: those of older versions."""
        self.unproven = 0
        """How many lines no leaf says anything of, where an older version erased."""
        self.findings: list[str] = []
        self.left_out = 0
        """How many findings are not among them."""
        if old is not None:
            self._check_signed(old, "the older checkpoint")
            self._wanted.add(old.checkpoint.size)

    def read(self, number: int, text: bytes) -> None:
        """Read a line of the export, which is not empty."""
        try:
            line = _line(text)
            if line.checkpoint is not None:
                self._read_checkpoint(number, line.checkpoint)
            elif line.leaf is not None:
                self._read_leaf(number, line.leaf)
            elif line.merge is not None:
                self._merges.read_merge(number, line.merge)
            elif line.revert is not None:
                self._merges.read_revert(line.revert)
            elif bytes(line.entity):
                self._read_shown(number, _members(line.entity), is_entity=True)
            else:
                self._read_shown(number, _members(text), is_entity=False)
        except (ValueError, KeyError, RecursionError) as error:
            self._find(f"line {number} cannot be read: {error}")

    def end(self) -> None:
        """Look at what only the whole export can tell."""
        first, last = self._first, self._last
        if first is None:
            self._find("the export has no checkpoint: it was made without --proofs")
            return
        if last is None:
            self._find(
                f"the export is cut off: it has {self._tree.size} leaves and no checkpoint behind"
                f" them; the one before them tells of {first.size}"
            )
            return
        for checkpoint in (first, last):
            self._compare(checkpoint, "the checkpoint")
        if self._old is not None:
            self._compare_with_old(self._old.checkpoint, last)
        for number in sorted(self._silent - self._told):
            if number >= self._older:
                self._find(f"leaf {number} has lost its salt, and no erasure tells of it")
        self._compare_lines()

    @property
    def silent(self) -> int:
        """How many leaves say nothing any more, because what they said was erased."""
        return len(self._silent)

    @property
    def summary(self) -> str:
        """What was verified, where nothing was found."""
        last = self._last
        text = f"{len(self._shown)} things and {self._tree.size} leaves are those of the log"
        if last is not None:
            text += f" {last.origin}, as signed"
        if self.silent:
            text += f"; {self.silent} leaves were erased"
        older = len(self._silent - self._told)
        if older:
            text += f", {older} of them by an older version, which did not note it in the log"
        if self.unproven:
            text += f", and {self.unproven} things stand without proof for that"
        return text

    def _find(self, finding: str) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)
        else:
            self.left_out += 1

    def _check_signed(self, note: Note, what: str) -> None:
        origin = note.checkpoint.origin
        keys = [key for key in self._keys if key.name == origin]
        if not keys:
            name = self._keys[0].name
            self._find(
                f"{what} is of the log {origin}, the key of {name}: it is another account, or the"
                " history was replaced"
            )
        elif not any(note.is_signed_by(key) for key in keys):
            self._find(f"{what} is not signed by the key")

    def _read_checkpoint(self, number: int, text: str) -> None:
        note = note_from_text(text)
        checkpoint = note.checkpoint
        self._check_signed(note, f"the checkpoint of line {number}")
        if self._first is None:
            self._first = checkpoint
            self._wanted.add(checkpoint.size)
        elif self._last is None:
            self._last = checkpoint
            self._roots.setdefault(self._tree.size, self._tree.root())
        else:
            self._find(f"line {number} is a third checkpoint")

    def _read_leaf(self, number: int, leaf: LeafMember) -> None:
        expected, self._next = self._next, leaf.number + 1
        if self._last is not None:
            self._find(f"line {number} is a leaf behind the last checkpoint")
            return
        if leaf.number != expected:
            self._find(f"line {number} is leaf {leaf.number} in the place of leaf {expected}")
        digest = _bytes(leaf.digest, HASH_BYTES)
        self._tree.add(leaf_hash(digest))
        if self._tree.size in self._wanted:
            self._roots[self._tree.size] = self._tree.root()
        if leaf.salt is None or leaf.statement is None:
            self._silent.add(leaf.number)
            return
        statement = leaf.statement.encode()
        if digest_of(_bytes(leaf.salt, SALT_BYTES), statement) != digest:
            self._find(f"leaf {leaf.number}: the statement is not the one that was recorded")
            return
        if statement:
            self._note_state(leaf.number, _said(statement))

    def _note_state(self, number: int, said: _Said) -> None:
        if said.seq != number + 1:
            self._find(f"leaf {number} says that it is the change {said.seq}")
        key = _name(said.type, said.id, is_entity=said.kind is None)
        if said.forgets:
            self._told.update(said.forgets)
        elif said.op == "erased" and not self._told:
            self._older = number
        mark = None
        if bytes(said.document) != b"null":
            mark = _mark(_members(said.document), is_entity=said.kind is None)
        is_later = self._first is not None and number >= self._first.size
        if said.kind is None:
            self._merges.note_leaf(said.op, key, said.merge, is_later=is_later)
        if said.op in CHANGES_OF_GROUP and self._states.get(key, [mark])[-1] is None:
            # It was deleted before, and stays so: who stands for whom changes none of the rows.
            return
        known = self._states.get(key, [None] if is_later else [])
        self._states[key] = [*known, mark] if is_later else [mark]

    def _read_shown(self, number: int, members: dict[str, msgspec.Raw], *, is_entity: bool) -> None:
        type_ = str(_value(members["type"])) if is_entity else "activity"
        key = _name(type_, str(_value(members["id"])), is_entity=is_entity)
        if key in self._shown:
            self._find(f"line {number} is {key}, as line {self._shown[key][0]} is")
        self._shown[key] = number, _mark(members, is_entity=is_entity)

    def _compare(self, checkpoint: Checkpoint, what: str) -> None:
        found = self._roots.get(checkpoint.size)
        if checkpoint.size > self._tree.size:
            self._find(f"the export has {self._tree.size} leaves, {what} {checkpoint.size}")
        elif found != checkpoint.root:
            self._find(
                f"the first {checkpoint.size} leaves are not those of {what}: some were changed,"
                " left out or put elsewhere"
            )
        elif checkpoint is self._last and checkpoint.size < self._tree.size:
            self._find(f"the export has leaves beyond the {checkpoint.size} of {what}")

    def _compare_with_old(self, old: Checkpoint, last: Checkpoint) -> None:
        if old.origin != last.origin:
            self._find(
                f"the older checkpoint is of the log {old.origin}, the export of {last.origin}:"
                " the history was replaced"
            )
        elif old.size > last.size:
            self._find(f"the log was rolled back: it had {old.size} leaves and has {last.size} now")
        else:
            self._compare(old, "the older checkpoint")

    def _compare_lines(self) -> None:
        """Whether each line shows what the log says, and nothing is missing."""
        # Erasures of older versions left things of which no leaf says anything.
        has_older = not self._silent <= self._told
        for key, (number, mark) in self._shown.items():
            states = self._states.get(key)
            if states is not None and mark not in states:
                gone = states == [None]
                said = "says that it was deleted" if gone else "says something else"
                self._find(f"line {number}: {key} was changed: the log {said}")
            elif states is None and has_older:
                self.unproven += 1
            elif states is None:
                self._find(f"line {number}: {key} is in no leaf of the log")
        for key, states in self._states.items():
            is_missing = key not in self._shown and None not in states
            if is_missing and not self._merges.is_hidden(key, self._is_there):
                self._find(f"{key} is missing: the log says that it is there")
        for finding in self._merges.findings(self._is_there, is_whole=not self.silent):
            self._find(finding)

    def _is_there(self, key: str) -> bool:
        """Whether the export shows a thing."""
        return key in self._shown


def _name(type_: str, id_: str, *, is_entity: bool) -> str:
    return f"{type_}:{id_}" if is_entity else f"activity {id_}"


def _mark(members: Mapping[str, msgspec.Raw], *, is_entity: bool) -> Mark:
    """What tells one state of a thing from another: all that an export and a statement show alike.

    Names of linked entities are those of the present, and owners follow from others.
    """
    shown: dict[str, Any] = dict(members)
    shown.pop("leaf", None)
    if not is_entity:
        shown.pop("updated_at", None)
        actor, links = _value(members["actor"]), _value(members["links"])
        shown["actor"] = actor and [actor["type"], actor["id"]]
        shown["links"] = [
            [link["type"], link["id"], link["role"]] for link in links if link["role"] != _OWNER
        ]
    return sha256(_encode(shown)).digest()[:_MARK_BYTES]


def _bytes(text: str, length: int) -> bytes:
    raw = b64decode(text, validate=True)
    if len(raw) != length:
        msg = f"{text[:60]!r} is not the base64 of {length} bytes"
        raise ValueError(msg)
    return raw
