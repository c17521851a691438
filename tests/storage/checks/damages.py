"""What can go wrong with the account of `test_checks`, and what the check says about it.

Its entities are the contacts 1 (22), p (24), 2 (25), 3 (26, deleted) and 4 (32), and an appointment
of contact 2 (23). Its activities are 27 to 31, of which 30 was erased (34) and 27 revised (33). The
deletion of contact 3 is 35 and the change of the appointment 36.
"""

from doings.core.clock import DAY, SECOND
from tests.clocks import NOON

VALID_UNTIL = 1_772_500_000 * SECOND
"""The deadline of activity 31."""

NO_SEQ = "INSERT INTO entities VALUES (1, 33, 'x', 'y', NULL, '{}', NULL, 0, 1, 1, 1, NULL, NULL)"
GONE = "INSERT INTO changes VALUES (1, 38, 28, '{id}', 'deleted', 'note.created', 1, NULL, '{{}}')"
ORPHAN = """
    INSERT INTO links
    SELECT 1, 22, occurred_at, 999, kind FROM activities WHERE seq = 27"""

MOVED = (
    f"the link of activity 27 to entity 22 lies at {NOON + DAY + 1}, the activity at {NOON + DAY}"
)

RUN = "INSERT INTO import_runs VALUES (1, 1, 'done', NULL, '[]', 1, 1, 0, 0, 0, 0, 0, 0, 0)"

DAMAGES: list[tuple[tuple[str, ...], list[str]]] = [
    # Imports
    (
        ("INSERT INTO import_ranges VALUES (1, 5, 27, 28)",),
        ["import 5 has a range of seqs, 27 to 28, that cannot be its own"],
    ),
    (
        (RUN, "INSERT INTO import_ranges VALUES (1, 1, 28, 27)"),
        ["import 1 has a range of seqs, 28 to 27, that cannot be its own"],
    ),
    (
        (RUN, "INSERT INTO import_ranges VALUES (1, 1, 27, 999)"),
        ["import 1 has a range of seqs, 27 to 999, that cannot be its own"],
    ),
    (
        (RUN, "INSERT INTO import_ranges VALUES (1, 1, 27, 29), (1, 1, 29, 30)"),
        ["import 1 has a range of seqs, 27 to 29, that cannot be its own"],
    ),
    (
        ("INSERT INTO import_changes VALUES (1, 5, 27, 'activity', '{{}}', 1, 2, NULL)",),
        ["import 5 changed activity 27, and one of the two is not there"],
    ),
    (
        (RUN, "INSERT INTO import_changes VALUES (1, 1, 999, 'entity', NULL, 1, 2, NULL)"),
        ["import 1 changed entity 999, and one of the two is not there"],
    ),
    # Merges
    (("UPDATE heads SET merges = 3",), ["3 merges are said to be active, there are 0"]),
    (
        ("INSERT INTO tallies VALUES (1, -32, -1000000, 'a.b', 1)",),
        ["there are counts of the group of entity 22, which is none"],
    ),
    # Tallies: too many, too few, none, one of nothing; of a day and in all
    (
        ("UPDATE tallies SET count = 2 WHERE entity = 0 AND day > 0 AND kind = 'text.posted'",),
        ["the tally of text.posted of everything on 2026-02-28 is 2, there are 1"],
    ),
    (
        ("UPDATE tallies SET count = 0 WHERE entity = 22 AND day = -1000000",),
        ["the tally of note.created of entity 22 in all is 0, there are 1"],
    ),
    (
        ("DELETE FROM tallies WHERE entity = 25 AND day = -1",),
        ["the tally of note.created of entity 25 on 1969-12-31 is missing"],
    ),
    (
        ("DELETE FROM tallies WHERE entity = 32 AND day = -1000000",),
        ["the tally of note.created of entity 32 in all is missing"],
    ),
    (
        ("INSERT INTO tallies VALUES (1, 22, 5, 'a.b', 0)",),
        ["the tally of a.b of entity 22 on 1970-01-06 is 0, there are 0"],
    ),
    (
        ("INSERT INTO tallies VALUES (1, 22, 4000000, 'a.b', 1)",),
        ["the tally of a.b of entity 22 on day 4000000 is 1, there are 0"],
    ),
    # The tallies of years and numbered lists
    (
        ("UPDATE tallies SET count = 5 WHERE entity = -1 AND day = 2026",),
        ["the year 2026 counts 5 activities with a contact, there are 2"],
    ),
    (
        ("DELETE FROM tallies WHERE entity = -1 AND day = 1969",),
        ["the year 1969 counts 0 activities with a contact, there are 1"],
    ),
    (("INSERT INTO tallies VALUES (1, -1, 0, '', 1)",), ["the year 0 cannot be"]),
    (
        ("UPDATE tallies SET count = 9 WHERE entity = -2 AND day = 0 AND kind = 'contact'",),
        ["block 0 of the list contact counts 9, there are 3"],
    ),
    (
        ("DELETE FROM tallies WHERE entity = -2 AND day = 0 AND kind = 'activity.with_contact'",),
        ["block 0 of the list activity.with_contact counts nothing, there are 3"],
    ),
    (
        ("INSERT INTO tallies VALUES (1, -2, 7, 'contact', 1)",),
        ["block 7 of the list contact counts 1, there are 0"],
    ),
    (
        ("UPDATE tallies SET count = 9 WHERE entity = -2 AND day = -1000000 AND kind = 'gender'",),
        ["the list gender counts 9, there are 3"],
    ),
    # Links against activities, entities and owners
    (
        (
            "UPDATE links SET kind = 'x.y' WHERE entity = 0 AND activity_seq = 29",
            "UPDATE tallies SET kind = 'x.y' WHERE entity = 0 AND kind = 'text.posted'",
        ),
        ["the link of activity 29 to everything says x.y, the activity text.posted"],
    ),
    (
        ("UPDATE links SET occurred_at = occurred_at + 1 WHERE entity = 22",),
        ["activity 27 is missing in the timeline of entity 22", MOVED],
    ),
    (
        (
            "DELETE FROM links WHERE entity = 0 AND activity_seq = 29",
            "DELETE FROM tallies WHERE entity = 0 AND kind = 'text.posted'",
        ),
        ["activity 29 is missing in the timeline of everything"],
    ),
    (
        (ORPHAN, "UPDATE tallies SET count = 2 WHERE entity = 22"),
        ["the link of activity 999 to entity 22 has no activity"],
    ),
    (
        (
            "UPDATE links SET entity = 999 WHERE entity = 32",
            "UPDATE tallies SET entity = 999 WHERE entity = 32",
        ),
        [
            "activity 27 is missing in the timeline of entity 32",
            "the link of activity 27 to entity 999 is none that the activity names",
        ],
    ),
    (
        ("UPDATE activities SET linked = linked || ' 999:subject' WHERE seq = 29",),
        [
            "activity 29 is linked to entity 999, which does not exist",
            "activity 29 is missing in the timeline of entity 999",
        ],
    ),
    (
        ("UPDATE activities SET linked = 'x' WHERE seq = 29",),
        ["activity 29 is linked to 'x', which cannot be read"],
    ),
    (
        ("UPDATE activities SET linked = '23' WHERE seq = 29",),
        ["activity 29 is linked to '23', which cannot be read"],
    ),
    (
        ("UPDATE activities SET linked = '23:subject 25:actor' WHERE seq = 28",),
        ["activity 28 does not say that entity 25 owns what it is linked to"],
    ),
    (
        ("UPDATE activities SET linked = linked || ' 22:owner' WHERE seq = 27",),
        ["activity 27 says owner of entity 22, which nothing that is linked makes it"],
    ),
    (
        ("UPDATE activities SET has_contact = 1 WHERE seq = 29",),
        [
            "activity 29 says it concerns a contact, its links do not",
            "block 0 of the list activity.with_contact counts 3, there are 4",
            "the list activity.with_contact counts 3, there are 4",
            "the year 2026 counts 2 activities with a contact, there are 3",
        ],
    ),
    # Seqs and the feed
    (
        ("DELETE FROM changes WHERE seq = 28",),
        [
            "activity 28 has no change that created it",
            "change 37 is about activity 28, never created",
        ],
    ),
    (
        ("DELETE FROM changes WHERE seq = 27",),
        [
            "activity 27 has no change that created it",
            "change 33 is about activity 27, never created",
        ],
    ),
    (("DELETE FROM changes WHERE seq = 33",), ["seq 33 is neither an entity nor a change"]),
    (
        ("DELETE FROM changes WHERE seq = 34",),
        [
            "seq 34 is neither an entity nor a change",
            "activity 30 was created and is neither there nor deleted",
        ],
    ),
    (
        ("UPDATE changes SET activity_seq = 28 WHERE seq = 29",),
        ["change 29 created activity 28, whose seq is another"],
    ),
    (
        ("UPDATE heads SET head = 39",),
        [
            "seq 38 is neither an entity nor a change",
            "seq 39 is neither an entity nor a change",
        ],
    ),
    (("UPDATE heads SET head = 36",), ["seq 37 lies outside 1 to the head"]),
    ((NO_SEQ,), ["seq 33 is both an entity and a change"]),
    (("DELETE FROM entity_changes WHERE seq = 36",), ["seq 36 is neither an entity nor a change"]),
    (
        (
            """INSERT INTO entity_changes (account_id, seq, entity_seq, op, at)
            VALUES (1, 34, 23, 'updated', 1)""",
        ),
        ["seq 34 is two changes"],
    ),
    (
        ("UPDATE entity_changes SET entity_seq = 99 WHERE seq = 35",),
        ["change 35 is about entity 99, which was never made"],
    ),
    (
        (
            GONE.format(id="01900000-0000-7000-8000-000000000002"),
            "UPDATE heads SET head = 38",
        ),
        ["activity 28 is there although it was deleted"],
    ),
    (("DELETE FROM heads",), ["it has no head, which its seqs are taken from"]),
    # What is kept of attributes and of data
    (
        ("UPDATE entities SET is_partial = 1 WHERE seq = 23",),
        [
            "entity 23 is marked partial against its attributes",
            "block 0 of the list appointment counts 1, there are 0",
            "the list appointment counts 1, there are 0",
        ],
    ),
    (("DELETE FROM deadlines",), [f"activity 31 has the deadline none, not {VALID_UNTIL}"]),
    (
        ("INSERT INTO deadlines VALUES (1, 999, 5)",),
        ["the deadline of activity 999 has no activity"],
    ),
]
"""(statements, findings), the findings without the account's name."""
