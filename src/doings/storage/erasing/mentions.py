"""Activities about nobody that name the person, like an entry of a journal.

No link leads to them, so they are found by the full text. Names are taken out only where nobody
else is called so, as nothing tells whom the text means; addresses and numbers are somebody's own.
What is about others stays as it is.
"""

from typing import NamedTuple

import msgspec

from doings.core.activity import Activity, named_links
from doings.core.entity import PEOPLE
from doings.core.erasing.names import Finder, Words
from doings.core.erasing.redaction import redacted, redacted_json
from doings.core.query import Word
from doings.storage.erasing import activities
from doings.storage.erasing.job import Job
from doings.storage.reading import activities as read
from doings.storage.reading import entities
from doings.storage.transaction import ReadTransaction

CHUNK = 200
"""How many rows of the full text are looked at in one step."""

NAMESAKES = 100
"""How many entities are compared to tell whether somebody else has the same name."""


class Place(NamedTuple):
    """Where the search stands: which of the words it looks for, and behind which seq."""

    number: int
    after: int


START = Place(0, 0)


async def job_elsewhere(job: Job) -> Job:
    """The job with those words alone that mean nobody else; with none where texts stay."""
    names = [one for one in job.words.names if " " in one.strip()]
    own = tuple([one for one in names if not await _is_shared(job, one)])
    words = msgspec.structs.replace(job.words, names=own) if job.mode == "erase" else Words()
    found = Job(
        job.transaction, job.members, words=words, mode=job.mode, only_counts=job.only_counts
    )
    found.counted, found.treated = job.counted, job.treated
    return found


async def _is_shared(job: Job, name: str) -> bool:
    """Whether somebody else is called so."""
    reading = job.transaction
    match = _match(reading, name)
    if match is None:
        return True
    rows = await reading.fetch(reading.search.find_entities, words=match, after=0, limit=NAMESAKES)
    members, finder = {one.entity for one in job.members}, Finder(Words(names=(name,)))
    others = await entities.by_seqs_with_deleted(reading, {row[0] for row in rows} - members)
    return any(
        one.type in PEOPLE and one.name and not finder.sub("", one.name).strip()
        for one in others.values()
    )


def _match(reading: ReadTransaction, text: str) -> str | None:
    """What asks the full text for all words of a text."""
    return reading.search.match(reading.account_id, [Word(one) for one in text.split()])


async def found(job: Job, place: Place) -> tuple[list[int], Place | None]:
    """The seqs of those of the next activities that name a member, and where to go on."""
    texts = (*job.words.names, *job.words.emails, *job.words.phones)
    if place.number >= len(texts):
        return [], None
    reading, following = job.transaction, Place(place.number + 1, 0)
    match = _match(reading, texts[place.number])
    if match is None:
        return [], following
    rows = await reading.fetch(
        reading.search.find_activities, words=match, after=place.after, limit=CHUNK
    )
    seqs = [row[0] for row in rows]
    there, covered = await read.fitting(reading, seqs, with_attrs=False)
    if covered < len(seqs) or len(seqs) == CHUNK:
        following = Place(place.number, seqs[covered - 1])
    return [one.seq for one in there if _names(job, one)], following


def _names(job: Job, activity: Activity) -> bool:
    """Whether an activity about nobody names a member."""
    people = [link for link in named_links(activity.links) if link.entity.type in PEOPLE]
    if people or activity.id in job.treated:
        return False
    texts = (activity.summary, activity.body)
    objects = (activity.data, activity.metadata)
    return any(redacted(one, job.pattern) != one for one in texts) or any(
        redacted_json(one, job.pattern) != one for one in objects
    )


async def treat(job: Job, seqs: list[int]) -> bool:
    """Take the person out of what was found; whether all is done.

    What is done is not found again, so it does not matter that some of it is asked for twice.
    """
    for activity in await read.by_seqs(job.transaction, seqs):
        if _names(job, activity):
            done = await activities.redact(job, [activity])
            if not done:
                return False
            await activities.prove(job, done)
            job.treated.add(activity.id)
    return True
