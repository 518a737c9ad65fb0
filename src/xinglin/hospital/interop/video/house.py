"""The hospital as the rooms see it: services and selectors of the consultation, called in threads."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from uuid import UUID

from django.db import close_old_connections

from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.selectors import LiveRoom
from xinglin.hospital.interop.video.recording import Writer
from xinglin.hospital.interop.video.sampling import Observer
from xinglin.hospital.interop.video.watching import Watchers
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.clock import now
from xinglin.hospital.kernel.errors import NotFound

MEDIA = system_actor("media")
T = TypeVar("T")


class House:
    """Asks the hospital in threads of its own, each with a connection to the database."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(2, "hospital")
        self._watchers = Watchers()

    async def _do(self, work: Callable[[], T]) -> T:
        def with_connection() -> T:
            close_old_connections()
            return work()

        return await asyncio.get_running_loop().run_in_executor(self._pool, with_connection)

    async def room(self, session_id: UUID) -> LiveRoom | None:
        """The session, or None."""
        try:
            return await self._do(lambda: selectors.live_room(actor=MEDIA, session_id=session_id))
        except NotFound:
            return None

    async def present(self, session_id: UUID, sides: list[str], coming_back: list[str]) -> str:
        """Say who is there, and who was just now."""
        return await self._do(
            lambda: services.note_present(
                actor=MEDIA, session_id=session_id, sides=sides, coming_back=coming_back, now=now()
            )
        )

    async def ended(self, session_id: UUID, reason: str) -> None:
        """The room is over."""
        await self._do(lambda: services.end_live(actor=MEDIA, session_id=session_id, reason=reason, now=now()))

    async def keep(self, session_id: UUID) -> None:
        """Face checks that were asked for, pauses that nobody lifted."""
        await self._do(lambda: services.keep_live_checks(actor=MEDIA, session_id=session_id, now=now()))

    async def relay(self, session_id: UUID, reason: str) -> None:
        """From now on the hospital forwards."""
        await self._do(lambda: services.relay_live(actor=MEDIA, session_id=session_id, reason=reason, now=now()))

    async def begin_recording(self, session_id: UUID) -> tuple[UUID, Writer]:
        """A sealed file to write."""
        return await self._do(lambda: services.begin_recording(actor=MEDIA, session_id=session_id, now=now()))

    async def store_recording(self, recording_id: UUID, complete: bool) -> None:
        """The file is closed."""
        await self._do(
            lambda: services.store_recording(actor=MEDIA, recording_id=recording_id, complete=complete, now=now())
        )

    async def close_broken(self) -> int:
        """Recordings that an earlier process left open."""
        return await self._do(lambda: services.close_broken_recordings(actor=MEDIA, now=now()))

    async def observer(self, room: LiveRoom, side: str) -> Observer:
        """Who watches a side."""
        return await self._do(lambda: self._watchers.of(room, side))

    def close(self) -> None:
        """Let go of the threads."""
        self._pool.shutdown(wait=True)
