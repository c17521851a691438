"""The budget: what one request, one account and one process may take, so that nobody stops others.

`docs/operations.md` shows it as a table, with what the caller of more is told. An error that a
bound leads to names it in `bound`; `/metrics` counts by that name.
"""

from collections.abc import Sequence

# One request

HEADER_BYTES = 16_384
"""The longest address and the longest header."""

HEADERS_BYTES = 65_536
"""All headers of a request together."""

BODY_RATE = 1_024
"""Bytes of a body that have to come in a second on average, once QUIET_SECONDS are over."""

QUIET_SECONDS = 25
"""How long a peer may send nothing that is owed, or take nothing of its answer.

With what the timers and the system add, it is gone after 30.
"""

LOOP_SECONDS = 0.02
"""How long one step may keep the event loop; what can take longer runs on a thread."""

SEARCH_WORDS = 32
"""Different words of one search; two that are the same are one, and a phrase is one."""

PHRASE_WORDS = 128
"""The words of all phrases of a search. In scripts without spaces each two characters are one."""

LIST_ITEMS = 1_000
"""Items of a list in a body, a form or an address, such as names of tags; members of a vendor's
body; links have a limit of their own."""

JSON_PARTS = 100_000
"""Objects and lists of one JSON text, such as `data`: they are read in a hundredth of a second."""

LARGE_BODY = 65_536
"""Bytes from which a body is read on a thread."""

BLANK_BYTES = 1_048_576
"""Bytes of a stream in a row that hold nothing: empty lines, and white space within one."""

LONGEST_LINE = 16 * 1_048_576
"""Bytes of a line at which a stream ends; a shorter one that is too long is only left out."""

BAD_LINES = 100_000
"""Lines of a stream in a row of which none can be recorded."""

PAGE_BYTES = 1_048_576
"""Stored bytes that one page or one chunk of a stream may hold, unless it has but one item.

So 40 readers who take nothing of their answers hold 40 MiB and what JSON adds.
"""

INLINE_BYTES = 262_144
"""Stored bytes that a page may hold that is read and rendered on the event loop: 5 ms at most."""

PAGE_LINKS = 2_000
"""Links that the activities of one page or chunk may have together."""

CLEANED_CHARACTERS = 16_384
"""Characters of HTML that may be cleaned on the event loop."""

PAGE_SECONDS = 6
"""How long a page or a single thing may take to read or to write on a database server. That takes
milliseconds, so a server that has not answered by then is stuck.
"""

READ_SECONDS = 10
"""How long a search, a statistic or one chunk of a stream may read the store."""

WRITE_SECONDS = 1
"""How long one transaction may keep the writer: work that can be parted is parted before."""

LOG_LINE_BYTES = 4096
"""The longest line of the log."""

FIELD_LENGTH = 64
"""How much of the name of a field, which may be a caller's, gets into the log."""

WRITE_WORK = 16_000
"""What one transaction records, as `core.limits.work` counts it: half a second of work at most,
such as 4,000 activities with two links and some words, or 80 with 100 links each."""

BREATH_SECONDS = 0.01
"""How long what goes on in many transactions leaves the database to others after each of them."""

PART_ROWS = 1_000
"""Rows of what goes on in several transactions, such as deleting an account."""

NAMED = 100_000
"""Names that are looked through to find one, such as those of tags."""

# One account

ACCOUNT_READS = 64
"""Searches, statistics and chunks that an account may have waiting for a reader. Each waits no
longer than `READ_SECONDS`."""

ACCOUNT_WRITES = 2_000
"""Writes that an account may have waiting for the writer; also single activities of one caller."""

VIEW_LIST = 20
"""How many kinds or sites a viewer token, which each request has with it, or an address names."""

ADDRESSES = 1_000
"""Secret addresses that an account may have."""

IMPORT_FILE_BYTES = 16_777_216
"""Bytes of a file that is imported by the pages, as it is sent and also inflated. The command
`doings import` takes files of any size."""

IMPORT_DOCUMENT_BYTES = 268_435_456
"""Bytes of a file that `doings import` reads as a whole, inflated: saved answers, vCards, tables.
NDJSON is read line by line, and may be as long as it likes."""

IMPORT_OBJECTS = 4_000_000
"""Objects and lists of a file of saved answers. Each takes some hundred bytes of memory, and may be
written with three."""

IMPORT_COMMAS = 16_000_000
"""Commas of such a file, which tell how many values it has."""

IMPORT_FILES = 5
"""Files of an account that wait to be imported, or are being imported."""

ACCOUNT_UPLOADS = 2
"""Files of an account that a process takes in at a time."""

REFUSED_SHOWN = 100
"""Items that the report of an import names with the reason why they are refused."""

# One process

UPLOADS = 16
"""Files that are taken in at a time, to be imported."""

WAITING_READS = 1_024
"""Reads that wait for a reader, of all accounts together."""

WAITING_WRITES = 8_000
"""Writes that wait for the writer, of all accounts together."""

ANSWER_BYTES = 201_326_592
"""Bytes of large answers that are made and not sent yet; an account may take half of what is left.
"""

CALLERS = 16_384
"""Addresses or credentials whose requests are counted at a time; those that come new while there is
no room are counted together.
"""

CONNECTIONS = 24_576
"""Connections, where the limit of descriptors allows so many."""

DESCRIPTORS_KEPT = 128
"""Descriptors that no connection gets: they are the database's, the log's and the system's."""

WAITING_SHARE = 0.5
"""The part of the connections that may wait for changes; one account gets half of that."""

STREAMS_SHARE = 0.96
"""The part of the connections that may be streams: nearly all, as they do nothing most of the time.
"""

ACCOUNT_STREAMS_SHARE = 0.93
"""The part of the connections that may be streams of one account."""

STREAM_BACKLOG_BYTES = 1_048_576
"""Bytes that may wait for a stream's reader before it is closed."""

STREAM_SECONDS = 30
"""How long a stream's reader may take nothing before it is closed."""

BUSY_SECONDS = 1
"""After how many seconds a caller that found no room is told to try again."""

# Webhooks

WEBHOOKS = 100
"""Webhooks of an account."""

WEBHOOK_SECONDS = 15
"""How long one request to a receiver may take, from the look-up of its name to the answer's end."""

WEBHOOK_ANSWER_BYTES = 65_536
"""Bytes of a receiver's answer that are read; then the connection is closed."""

WEBHOOK_IDLE_SECONDS = 20
"""How long a quiet connection to a receiver is kept for the next request."""

WEBHOOK_REQUESTS = 128
"""Requests to one receiver at a time. It begins with a few and grows while they succeed."""

PROCESS_WEBHOOK_REQUESTS = 512
"""Requests to all receivers at a time; each receiver may have one whatever the others take."""

WEBHOOK_BYTES = 67_108_864
"""Bytes of bodies under way at a time; each receiver may have one whatever the others take."""

WEBHOOK_TESTS = 16
"""Test requests that a process sends at a time; each keeps its caller waiting."""

WEBHOOK_QUEUE = 10_000
"""Changes that wait in the queue of a webhook. The rest waits in the feed, and is not lost."""

WEBHOOK_CHUNK = 200
"""Changes that are put into a queue in one step."""

WEBHOOK_REDELIVER = 100_000
"""Changes that one request may have delivered again."""

WEBHOOK_RESOLVERS = 32
"""Names of receivers that are looked up at a time."""

RETENTION_SWEEP = 5_000
"""Activities of an account that one sweep of retention looks at; the next one goes on there."""

RETENTION_LOOKS = 20_000
"""Activities that are looked at for each rule to say how many are due."""

RETENTION_SHOWN = 10_000
"""How many due activities of a rule are counted."""

WEBHOOK_DELIVERY_DAYS = 7
"""How long a delivery that is done is kept."""


# Filters without an index

LOOKED_THROUGH = 10_000
"""How many activities a page of the timeline looks through for those that a filter lets through."""


# Pulling from other services

PULL_ANSWER_BYTES = 83_886_080
"""Bytes of one answer of a service; some have no pages, so one may hold a whole list."""

PULL_IDLE_SECONDS = 30
"""How long a service may send nothing of an answer."""

PULL_SECONDS = 600
"""How long one answer may take."""

PULL_REPEATS = 10
"""Pages in a row of which everything was seen in the same round: such a list never ends."""

PULL_CONTACTS = 1_000_000
"""Contacts that one pull asks for."""

PULLED_AT_ONCE = 1000
"""Activities of the instants of one answer that may be what the service has edited."""

PULL_LOST_ALL = 3
PULL_LOST_HALF = 10
"""From so many entries on a pull does not take all of a list, or more than half, for deleted."""


# People who are one

MERGED_ENTITIES = 100
"""Entities that may be one person together."""

PEOPLE_COMPARED = 20_000
"""The newest people of each type that are compared when it is asked who may be one person."""

COMPARED_BYTES = 16_384
"""Bytes of attributes up to which they are read for that."""


def fitting_count(sizes: Sequence[int]) -> int:
    """How many of these sizes in bytes, one after the other, fit into a page; at least one."""
    if sum(sizes) <= PAGE_BYTES:
        return len(sizes)
    total = 0
    for place, size in enumerate(sizes):
        total += size
        if total > PAGE_BYTES and place:
            return place
    return len(sizes)
