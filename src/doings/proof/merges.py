"""Who stands for whom: as the leaves of a log tell it, and as the lines of an export show it."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

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
    def says_erased(self) -> bool:
        """Whether its reason named somebody who was erased since."""
        return "erased" in (self.reason or "")

    @property
    def said(self) -> MergeSaid:
        """The part that the leaf says as well."""
        return MergeSaid(self.id, self.reason, self.automatic, self.at)


class RevertMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the line of a revert says."""

    merge: str
    at: str = ""


class _Told(NamedTuple):
    """What the leaves of a merge say: of itself, who stands for whom."""

    said: MergeSaid
    keep: str
    merged: set[str]


class Merges:
    """The merges of an export that is read.

    A leaf `joined` tells of the one who stands for those whose leaves `merged` follow it; `parted`
    ends that. Lines stand in the order in which it happened.
    """

    def __init__(self) -> None:
        self._joined = ""
        self._merging: _Told | None = None
        """The merge of the last leaf `joined`; those of older versions said nothing of theirs."""
        self._by_id: dict[str, _Told] = {}
        self._unnamed: set[str] = set()
        """Those who were merged by leaves that do not say which merge it was."""
        self._told: dict[str, list[str | None]] = {}
        """Who may stand for each by the log; None says that nobody does."""
        self._lines: dict[str, tuple[int, MergeMember]] = {}
        self._all_lines: dict[str, tuple[int, MergeMember, str]] = {}
        """These and those of merges that were reverted, with who stood for all of them."""
        self._shown: dict[str, tuple[int, str]] = {}
        """The line by which somebody is merged, and who stands for them."""

    def note_leaf(self, op: str, name: str, said: MergeSaid | None, *, is_later: bool) -> None:
        """Take what a leaf says; `is_later` where the lines may show what was before it."""
        if op == "joined":
            self._joined = name
            self._merging = None if said is None else _Told(said, name, set())
            if self._merging is not None:
                self._by_id[self._merging.said.id] = self._merging
        elif op in {"merged", "parted"}:
            now = self._joined if op == "merged" else None
            if op == "merged" and self._merging is not None:
                self._merging.merged.add(name)
            elif op == "merged":
                self._unnamed.add(name)
            known = self._told.get(name, [None] if is_later else [])
            self._told[name] = [*known, now] if is_later else [now]

    def read_merge(self, number: int, merge: MergeMember) -> None:
        """Take the line of a merge; raises ValueError for one that says nothing new."""
        if merge.id in self._all_lines:
            msg = f"the merge {merge.id} is line {self._all_lines[merge.id][0]} already"
            raise ValueError(msg)
        keep = self._standing_for(merge.keep)
        for name in merge.merged:
            if name in self._shown or name == keep:
                msg = f"{name} is merged already"
                raise ValueError(msg)
            self._shown[name] = number, keep
        self._lines[merge.id] = number, merge
        self._all_lines[merge.id] = number, merge, keep

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

    def _is_as_told(self, line: MergeMember, keep: str, told: _Told) -> bool:
        """Whether a line says what the leaves say.

        It may be asked for by the id of one who was merged. The line that says into whom is left
        out once somebody else whom it names was deleted.
        """
        is_kept = keep == told.keep or line.keep in self._told
        return is_kept and line.said == told.said and set(line.merged) == told.merged

    def findings(self, is_there: Callable[[str], bool], *, is_whole: bool) -> Iterator[str]:
        """What lines and leaves say differently; `is_whole` where no leaf was erased."""
        for number, line, keep in self._all_lines.values():
            known = self._by_id.get(line.id)
            if known is not None and not self._is_as_told(line, keep, known):
                yield f"line {number}: the merge {line.id} is not as the log tells of it"
            # Where an erasure took a name out of the reason, no leaf tells of it any more.
            may_be_untold = self._unnamed.issuperset(line.merged) or (
                line.says_erased and not is_whole
            )
            if known is None and not may_be_untold:
                yield f"line {number}: no leaf tells of the merge {line.id}"
        for name, (number, keep) in self._shown.items():
            told = self._told.get(name)
            if told is not None and keep not in told:
                said = f"into {told[-1]}" if told[-1] else "into nobody"
                yield f"line {number}: {name} is merged into {keep}, the log says {said}"
        for name, told in self._told.items():
            is_missing = name not in self._shown and None not in told
            if is_missing and not self.is_hidden(name, is_there):
                yield f"no line says that {name} was merged into {told[-1]}, as the log does"
