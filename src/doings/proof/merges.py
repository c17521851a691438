"""Who stands for whom: as the leaves of a log tell it, and as the lines of an export show it."""

from collections.abc import Callable, Iterator

import msgspec


class MergeSaid(msgspec.Struct, frozen=True):
    """What a leaf says of a merge besides who is merged."""

    id: str
    reason: str | None
    automatic: bool
    at: str


class MergeMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the line of a merge says; people are `type:id`."""

    id: str
    keep: str
    merged: tuple[str, ...]
    reason: str | None = None
    automatic: bool = False
    at: str = ""

    @property
    def said(self) -> MergeSaid:
        """The part that the leaf says as well."""
        return MergeSaid(self.id, self.reason, self.automatic, self.at)


class RevertMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the line of a revert says."""

    merge: str
    at: str = ""


class Merges:
    """The merges of an export that is read.

    A leaf `joined` tells of the one who stands for those whose leaves `merged` follow it; `parted`
    ends that. Lines stand in the order in which it happened.
    """

    def __init__(self) -> None:
        self._joined = ""
        self._said: MergeSaid | None = None
        """What the last leaf `joined` said of its merge; those of older versions said nothing."""
        self._said_by_id: dict[str, MergeSaid] = {}
        self._named: dict[str, bool] = {}
        """Whether all merges that brought somebody are among these."""
        self._told: dict[str, list[str | None]] = {}
        """Who may stand for each by the log; None says that nobody does."""
        self._lines: dict[str, tuple[int, MergeMember]] = {}
        self._all_lines: list[tuple[int, MergeMember]] = []
        """These and those of merges that were reverted."""
        self._shown: dict[str, tuple[int, str]] = {}
        """The line by which somebody is merged, and who stands for them."""

    def note_leaf(self, op: str, name: str, said: MergeSaid | None, *, is_later: bool) -> None:
        """Take what a leaf says; `is_later` where the lines may show what was before it."""
        if op == "joined":
            self._joined, self._said = name, said
            if said is not None:
                self._said_by_id[said.id] = said
        elif op in {"merged", "parted"}:
            now = self._joined if op == "merged" else None
            if op == "merged":
                self._named[name] = self._said is not None and self._named.get(name, True)
            known = self._told.get(name, [None] if is_later else [])
            self._told[name] = [*known, now] if is_later else [now]

    def read_merge(self, number: int, merge: MergeMember) -> None:
        """Take the line of a merge; raises ValueError for one that says nothing new."""
        keep = self._standing_for(merge.keep)
        for name in merge.merged:
            if name in self._shown or name == keep:
                msg = f"{name} is merged already"
                raise ValueError(msg)
            self._shown[name] = number, keep
        self._lines[merge.id] = number, merge
        self._all_lines.append((number, merge))

    def read_revert(self, revert: RevertMember) -> None:
        """Take the line of a revert; raises ValueError where no merge is there for it."""
        line = self._lines.pop(revert.merge, None)
        if line is None:
            msg = f"no line before it has the merge {revert.merge}"
            raise ValueError(msg)
        for name in line[1].merged:
            del self._shown[name]

    def _standing_for(self, name: str) -> str:
        while name in self._shown:
            name = self._shown[name][1]
        return name

    def is_hidden(self, name: str, is_there: Callable[[str], bool]) -> bool:
        """Whether the log says that one stands for it who is not there any more."""
        seen = set()
        while name not in seen:
            seen.add(name)
            into = self._told.get(name, [None])[-1]
            if into is None:
                return False
            if not is_there(into):
                return True
            name = into
        return False

    def findings(self, is_there: Callable[[str], bool], *, is_whole: bool) -> Iterator[str]:
        """What lines and leaves say differently; `is_whole` where no leaf was erased."""
        for number, line in self._all_lines:
            known = self._said_by_id.get(line.id)
            is_named = is_whole and any(self._named.get(name, False) for name in line.merged)
            if line.said != known and (known is not None or is_named):
                yield f"line {number}: the merge {line.id} is not as the log tells of it"
        for name, (number, keep) in self._shown.items():
            told = self._told.get(name)
            if told is None and is_whole:
                yield f"line {number}: no leaf says that {name} was merged"
            elif told is not None and keep not in told:
                said = f"into {told[-1]}" if told[-1] else "into nobody"
                yield f"line {number}: {name} is merged into {keep}, the log says {said}"
        for name, told in self._told.items():
            is_missing = name not in self._shown and None not in told
            if is_missing and not self.is_hidden(name, is_there):
                yield f"no line says that {name} was merged into {told[-1]}, as the log does"
