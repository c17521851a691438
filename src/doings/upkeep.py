"""What a process does by itself while it serves, and what its log says of that."""

import structlog

from doings.core.account import Account
from doings.core.background import BackgroundTask
from doings.core.interactions.sweeper import Sweeper
from doings.core.people.merger import PeopleMerger
from doings.core.retention.sweeper import RetentionSweeper
from doings.httpkit.observing import metrics
from doings.storage.database import Database
from doings.storage.upkeep.going_on import GoingOn
from doings.storage.upkeep.log_keeping import LogKeeping
from doings.storage.upkeep.rebuilding import Rebuilding

log = structlog.get_logger("doings")


def upkeep_of(store: Database) -> tuple[BackgroundTask, ...]:
    """The tasks that keep a store up to date; each is still to be started."""
    name = store.clock.new_id()
    return (
        Sweeper(store, store.clock, _note_failed_sweep),
        Rebuilding(store, _note_rebuilding, _note_failed_rebuilding),
        LogKeeping(store, _note_log, _note_failed_log),
        GoingOn(store, _note_failed_going_on),
        RetentionSweeper(store, name, metrics.RETAINED.inc, _note_failed_retention),
        PeopleMerger(store, name, metrics.MERGED.inc, _note_failed_merging),
    )


def _note_failed_sweep(error: Exception) -> None:
    log.warning("cannot record what time has changed", exc_info=error)


def _note_rebuilding(account: Account, left: int) -> None:
    log.info("making the search of an older database", account=account.slug, left=left)


def _note_failed_rebuilding(error: Exception) -> None:
    log.warning("cannot go on making the search of an older database", exc_info=error)


def _note_log(account: Account, left: int) -> None:
    log.info("making the log of an older database", account=account.slug, left=left)


def _note_failed_log(error: Exception) -> None:
    log.warning("cannot go on making the log of changes", exc_info=error)


def _note_failed_going_on(error: Exception) -> None:
    log.warning("cannot go on with what another process left undone", exc_info=error)


def _note_failed_retention(error: Exception) -> None:
    log.warning("cannot erase what is kept no longer", exc_info=error)


def _note_failed_merging(error: Exception) -> None:
    log.warning("cannot merge who is one person", exc_info=error)
