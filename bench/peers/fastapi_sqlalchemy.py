"""FastAPI and SQLAlchemy over our own tables: an entity's timeline, and recording an activity.

A usual program of its kind: an engine for each process, a session for each request, pydantic models
out and in. It has the indexes of our tables, and signs nobody in.
"""

import json
import os
import time
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import BigInteger, Text, TypeDecorator, event, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

CONNECTIONS = 8


class JsonText(TypeDecorator[Any]):
    """JSON in a column of text, as on both engines."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _: object) -> str:  # noqa: ANN401
        """To the database."""
        return json.dumps(value)

    def process_result_value(self, value: Any, _: object) -> Any:  # noqa: ANN401
        """From the database."""
        return json.loads(value)


class Base(DeclarativeBase):
    """The tables that Doings has made."""

    type_annotation_map = {int: BigInteger, str: Text}  # noqa: RUF012 - SQLAlchemy reads it so


class Head(Base):
    """The last number of an account."""

    __tablename__ = "heads"
    account_id: Mapped[int] = mapped_column(primary_key=True)
    head: Mapped[int]
    revision: Mapped[int]


class Entity(Base):
    """A person or thing."""

    __tablename__ = "entities"
    account_id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    id: Mapped[str]
    name: Mapped[str | None]
    attrs: Mapped[str]
    is_partial: Mapped[int]
    created_at: Mapped[int]
    updated_at: Mapped[int]


class Activity(Base):
    """What happened; `linked` has a `seq:role` for each link."""

    __tablename__ = "activities"
    account_id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str]
    kind: Mapped[str]
    occurred_at: Mapped[int]
    time_zone: Mapped[str | None]
    summary: Mapped[str | None]
    body: Mapped[str | None]
    data: Mapped[Any] = mapped_column(JsonText)
    details: Mapped[Any] = mapped_column("metadata", JsonText)
    level: Mapped[str | None]
    channels: Mapped[Any] = mapped_column(JsonText)
    origin: Mapped[str]
    external_id: Mapped[str | None]
    recorded_at: Mapped[int]
    updated_at: Mapped[int]
    has_contact: Mapped[int]
    linked: Mapped[str]


class Link(Base):
    """Where an activity lies in an entity's timeline."""

    __tablename__ = "links"
    account_id: Mapped[int] = mapped_column(primary_key=True)
    entity: Mapped[int] = mapped_column(primary_key=True)
    occurred_at: Mapped[int] = mapped_column(primary_key=True)
    activity_seq: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]


class LinkOut(BaseModel):
    """A linked entity in a role."""

    type: str
    id: str
    role: str
    name: str | None


class ActivityOut(BaseModel):
    """An activity with its links."""

    id: str
    seq: int
    kind: str
    occurred_at: datetime
    time_zone: str | None
    summary: str | None
    body: str | None
    links: list[LinkOut]
    data: dict[str, Any]
    metadata: dict[str, Any]
    level: str | None
    channels: list[str]
    origin: str
    external_id: str | None
    recorded_at: datetime
    updated_at: datetime


class Page(BaseModel):
    """A page of a timeline."""

    items: list[ActivityOut]


class ActivityIn(BaseModel):
    """What is recorded; links are `type:id`."""

    kind: str
    summary: str | None = None
    body: str | None = None
    links: list[str]
    data: dict[str, Any] = {}


def _engine() -> AsyncEngine:
    url = make_url(os.environ["DOINGS_DATABASE"])
    if url.get_backend_name() == "sqlite":
        url = url.set(drivername="sqlite+aiosqlite")
        engine = create_async_engine(url, pool_size=CONNECTIONS, connect_args={"timeout": 30})
        event.listen(engine.sync_engine, "connect", _make_durable)
        return engine
    settings = {"search_path": url.query["search_path"]}
    url = url.set(drivername="postgresql+asyncpg", query={})
    return create_async_engine(
        url, pool_size=CONNECTIONS, connect_args={"server_settings": settings}
    )


def _make_durable(connection: Any, _: object) -> None:  # noqa: ANN401
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


_session = async_sessionmaker(_engine(), expire_on_commit=False)
app = FastAPI()


async def session() -> AsyncIterator[AsyncSession]:
    """The session of a request."""
    async with _session() as opened:
        yield opened


Session = Annotated[AsyncSession, Depends(session)]


@app.get("/readyz")
async def ready() -> dict[str, bool]:
    """Whether the program has started."""
    return {"ready": True}


@app.get("/accounts/{account_id}/entities/{type}/{id}/activities")
async def timeline(account_id: int, type: str, id: str, session: Session, limit: int = 35) -> Page:
    """A page of an entity's timeline, newest first."""
    activities = await session.scalars(
        select(Activity)
        .join(
            Link,
            (Link.account_id == Activity.account_id) & (Link.activity_seq == Activity.seq),
        )
        .join(Entity, (Entity.account_id == Link.account_id) & (Entity.seq == Link.entity))
        .where(Entity.account_id == account_id, Entity.type == type, Entity.id == id)
        .order_by(Link.occurred_at.desc(), Link.activity_seq.desc())
        .limit(limit)
    )
    found = activities.all()
    if not found:
        raise HTTPException(404)
    entities = await _linked(session, account_id, found)
    return Page(items=[_activity_out(one, entities) for one in found])


async def _linked(session: AsyncSession, account_id: int, found: Any) -> dict[int, Entity]:  # noqa: ANN401
    """The entities that activities are linked to, by number."""
    seqs = {int(word.split(":")[0]) for one in found for word in one.linked.split()}
    entities = await session.scalars(
        select(Entity).where(Entity.account_id == account_id, Entity.seq.in_(seqs))
    )
    return {entity.seq: entity for entity in entities}


def _activity_out(one: Activity, entities: dict[int, Entity]) -> ActivityOut:
    links = []
    for word in one.linked.split():
        seq, role = word.split(":")
        entity = entities[int(seq)]
        links.append(LinkOut(type=entity.type, id=entity.id, role=role, name=entity.name))
    return ActivityOut(
        id=one.id,
        seq=one.seq,
        kind=one.kind,
        occurred_at=_moment(one.occurred_at),
        time_zone=one.time_zone,
        summary=one.summary,
        body=one.body,
        links=links,
        data=one.data,
        metadata=one.details,
        level=one.level,
        channels=one.channels,
        origin=one.origin,
        external_id=one.external_id,
        recorded_at=_moment(one.recorded_at),
        updated_at=_moment(one.updated_at),
    )


def _moment(instant: int) -> datetime:
    return datetime.fromtimestamp(instant / 1e6, UTC)


@app.post("/accounts/{account_id}/activities", status_code=201)
async def record(account_id: int, activity: ActivityIn, session: Session) -> ActivityOut:
    """Record an activity. Its number comes first: that statement holds the account's other writers.

    Less than Doings writes: no tallies, no feed of changes and no full text.
    """
    head = await session.scalar(
        update(Head)
        .where(Head.account_id == account_id)
        .values(head=Head.head + 1 + len(activity.links))
        .returning(Head.head)
    )
    if head is None:
        raise HTTPException(404)
    now = time.time_ns() // 1000
    entities = [
        await _entity(session, Entity(account_id=account_id, seq=head - place, **_key(link)), now)
        for place, link in enumerate(activity.links, start=1)
    ]
    row = Activity(
        account_id=account_id,
        seq=head,
        id=str(uuid.uuid4()),
        kind=activity.kind,
        occurred_at=now,
        summary=activity.summary,
        body=activity.body,
        data=activity.data,
        details={},
        channels=["admin"],
        origin="api",
        recorded_at=now,
        updated_at=now,
        has_contact=1,
        linked=" ".join(f"{entity.seq}:subject" for entity in entities),
    )
    session.add(row)
    await session.flush()
    places = [
        {"account_id": account_id, "entity": seq, "occurred_at": now, "activity_seq": head,
         "kind": activity.kind}
        for seq in (0, *(entity.seq for entity in entities))
    ]  # fmt: skip
    await session.execute(insert(Link), places)
    await session.commit()
    return _activity_out(row, {entity.seq: entity for entity in entities})


def _key(link: str) -> dict[str, str]:
    entity_type, _, entity_id = link.partition(":")
    return {"type": entity_type, "id": entity_id}


async def _entity(session: AsyncSession, new: Entity, now: int) -> Entity:
    """The one that is there, or else the new one."""
    found: Entity | None = await session.scalar(
        select(Entity).where(
            Entity.account_id == new.account_id, Entity.type == new.type, Entity.id == new.id
        )
    )
    if found is not None:
        return found
    new.attrs, new.is_partial, new.created_at, new.updated_at = "{}", 0, now, now
    session.add(new)
    return new


def create() -> FastAPI:
    """The app of a server process."""
    return app
