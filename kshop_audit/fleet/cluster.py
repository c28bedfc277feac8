"""The engine on several machines: Dask distributed, one task a shop.

Each worker runs its shops in guarded processes, so that a shop which takes too much takes nothing
with it. A scheduler that ends cancels what it knew, finished or not: then the run waits, connects
again and submits what has no result yet.
"""

from __future__ import annotations

import atexit
import ipaddress
import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from typing import Any

from kshop_audit.errors import InputError, UsageError
from kshop_audit.fleet.guarded import Guard, Lost, Work, died, guard, outcome
from kshop_audit.fleet.local import Ended, Started
from kshop_audit.fleet.request import FleetRequest, Limits, ShopTask
from kshop_audit.fleet.task import audit_shop
from kshop_audit.model.fleet import Finished
from kshop_audit.model.frozen import frozen

_PAUSE = 2.0
_PATIENCE = "10s"
_WORKERS = 60
"""Seconds in which a worker must have come."""
_AT_FIRST = 3  # tries to find a scheduler that never answered: its address may be wrong
_DASK_TRIES = 4  # Dask's own allowed-failures, and the first time
_LOST = (OSError, TimeoutError, CancelledError)
"""What is raised when the scheduler is not there, or went away with all it knew."""
_OPEN = ExitStack()
"""The pools of a worker, one a thread, for as long as its process lives."""
atexit.register(_OPEN.close)  # while there is still an interpreter to end processes with


def address_of(given: str) -> str:
    """The scheduler's address: as given, or from a scheduler file.

    UsageError for one that is neither encrypted nor on this machine: whoever reaches an open
    scheduler can run anything on its workers.
    """
    address = given
    if "://" not in given:
        try:
            address = str(json.loads(Path(given).read_text("utf-8"))["address"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f"--cluster {given}：既不是 tls:// 地址，也不是调度器文件",
                f"--cluster {given}: neither an address (tls://…) nor a scheduler file",
            ) from error
    scheme, _, rest = address.partition("://")
    host = rest.rpartition(":")[0].strip("[]")
    if scheme != "tls" and not _here(host):
        raise UsageError(
            f"--cluster {address}：只接受 tls:// 或本机地址，未加密的调度器谁都能用来执行代码",
            f"--cluster {address}: must be tls:// or on this machine; anybody can run code "
            "through a scheduler that is not encrypted",
        )
    return address


def _here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@frozen
class Certificates:
    """Files of the certificates by which this machine and the cluster know each other."""

    ca: Path
    cert: Path
    key: Path


def certificates(
    address: str, ca: Path | None, cert: Path | None, key: Path | None
) -> Certificates | None:
    """The certificates for an address; None: none is needed, or Dask's own settings name them.

    UsageError if some are missing or cannot be opened.
    """
    given = (ca, cert, key)
    if not any(given):
        if not address.startswith("tls://") or _configured():
            return None
    elif ca and cert and key:
        for path in (ca, cert, key):
            if not path.is_file():
                raise UsageError(f"找不到证书文件 {path}", f"there is no certificate file {path}")
        return Certificates(ca.absolute(), cert.absolute(), key.absolute())
    raise UsageError(
        "--cluster tls://：要有证书，请同时给出 --tls-ca-file、--tls-cert、--tls-key",
        "--cluster tls://: needs certificates: --tls-ca-file, --tls-cert and --tls-key together",
    )


def _configured() -> bool:
    from distributed.config import config  # noqa: PLC0415  an extra, and slow to load

    return bool(config["distributed"]["comm"]["tls"]["client"]["cert"])


@cache
def _pool(limits: Limits, work: Work, thread: int) -> Guard:  # noqa: ARG001  one each
    return _OPEN.enter_context(guard(1, limits, work))


def on_worker(task: ShopTask, request: FleetRequest, limits: Limits, work: Work) -> Finished:
    """What a thread of a worker does: one shop, in a process that may be ended."""
    pool = _pool(limits, work, threading.get_ident())
    for _ in range(limits.tries):
        finished = outcome(pool.submit(task, request), task, limits)
        if not isinstance(finished, Lost):
            return finished
    return died(task, limits.tries)


@frozen
class Cluster:
    """Shops on the workers of a scheduler; InputError when it was lost `tries` times in a row,
    or does not answer at all.
    """

    limits: Limits
    address: str
    certificates: Certificates | None = None
    tries: int = 30
    work: Work = audit_shop

    def __call__(
        self, tasks: Sequence[ShopTask], request: FleetRequest, started: Started, ended: Ended
    ) -> None:
        """Audit all shops; `started` and `ended` are called in this thread."""
        left = {task.path: task for task in tasks}
        for task in tasks:
            started(task)
        lost, allowed = 0, min(_AT_FIRST, self.tries)
        while left:
            before = len(left)
            try:
                with _connected(self.address, self.certificates) as client, client.as_current():
                    allowed = self.tries
                    _await_worker(client)
                    _collect(
                        client,
                        left,
                        partial(on_worker, request=request, limits=self.limits, work=self.work),
                        ended,
                    )
            except _LOST as error:
                lost = 1 if len(left) < before else lost + 1
                if lost >= allowed:
                    raise _silent(error) from error
                threading.Event().wait(_PAUSE)


def _connected(address: str, certificates: Certificates | None) -> Any:
    from distributed import Client, Security  # noqa: PLC0415  an extra, and slow to load

    security = certificates and Security(
        tls_ca_file=str(certificates.ca),
        tls_client_cert=str(certificates.cert),
        tls_client_key=str(certificates.key),
        require_encryption=True,
    )  # type: ignore[no-untyped-call]
    return Client(address, timeout=_PATIENCE, set_as_default=False, security=security)  # type: ignore[no-untyped-call]


def _await_worker(client: Any) -> None:
    """InputError if no worker comes: nobody would do the work, and nothing would say so."""
    try:
        client.wait_for_workers(1, timeout=_WORKERS)
    except TimeoutError as error:
        raise InputError(
            f"调度器上 {_WORKERS} 秒都没有 worker：请先启动 worker（要装同一版本的 kshop-audit）",
            f"the scheduler has had no worker for {_WORKERS} seconds: start workers first, with "
            "the same version of kshop-audit",
        ) from error


def _silent(error: BaseException) -> InputError:
    name = type(error).__name__
    return InputError(
        f"连不上调度器（{name}）；已完成的店铺记在运行记录里，可用 --resume 继续",
        f"the scheduler does not answer ({name}); what is finished is in the journal, "
        "and --resume goes on",
    )


def _collect(
    client: Any,
    left: dict[str, ShopTask],
    audited: Callable[[ShopTask], Finished],
    ended: Ended,
) -> None:
    from distributed import as_completed  # noqa: PLC0415  an extra, and slow to load
    from distributed.scheduler import KilledWorker  # noqa: PLC0415

    futures = {client.submit(audited, task, pure=False): task for task in left.values()}
    for future in as_completed(list(futures)):  # type: ignore[no-untyped-call]
        task = futures[future]
        try:
            finished: Finished = future.result()
        except KilledWorker:
            finished = died(task, _DASK_TRIES)
        del left[task.path]
        ended(task, finished)
