"""One MLflow server for a class: accounts, slips with passwords, and the board.

Usage: make class N=30, or
python -m helpers.launch.classroom [--names Ada,Ben] [--number 30]

Everything stands in the folder `class` of the course: records, figures, accounts. A
second start goes on with them; Ctrl+C ends all of it.
"""

import argparse
import configparser
import contextlib
import csv
import os
import re
import secrets
import shlex
import signal
import socket
import sqlite3
import sys
import warnings
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import psutil
import sqlalchemy

from helpers import stores
from helpers.launch import board
from helpers.launch.service import Service, is_taken

ROOT = Path(__file__).resolve().parents[2]
ADMIN = "instructor"
# A request costs some 14 ms of one core, and a process uses one core at a time.
WORKERS = str(min(2, os.cpu_count() or 1))
# MLflow's login reads other letters wrongly, and a colon ends the name.
NAME = re.compile(r"[A-Za-z0-9 _.'-]+")
CONSONANTS, VOWELS = "bdfgklmnprst", "aeiou"


class Account(NamedTuple):
    """What stands on one slip."""

    name: str
    password: str


def new_password() -> str:
    """Return a password that is easy to type: MLflow asks for twelve characters."""
    letters = (CONSONANTS, VOWELS, CONSONANTS)
    parts = ["".join(map(secrets.choice, letters)) for _ in range(4)]
    return "-".join(parts)


def accounts(folder: Path, names: list[str]) -> list[Account]:
    """Return one account per name; those of an earlier start keep their password."""
    path = folder / "accounts.csv"
    known = {}
    if path.exists():
        with open(path, encoding="utf-8", newline="") as file:
            known = {row[0]: row[1] for row in csv.reader(file)}
    for name in [ADMIN, *names]:
        known.setdefault(name, new_password())
    part = path.with_suffix(".new")
    with open(part, "w", encoding="utf-8", newline="") as file:
        os.chmod(part, 0o600)
        csv.writer(file).writerows(known.items())
    os.replace(part, path)
    return [Account(*item) for item in known.items()]


def slip(number: int, account: Account, address: str) -> str:
    """Return the text of one slip to cut."""
    return (
        f"{'- ' * 36}\n"
        f"  {number}: {account.name}\n"
        f"  make lab CLASS={address} NAME={shlex.quote(account.name)} "
        f"PASSWORD={account.password}\n"
        f"  The page, with the same name and password: {address}\n"
    )


def address_of(port: int) -> str:
    """Return the address under which the room's network finds this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        with contextlib.suppress(OSError):  # a room without a way to the outside
            probe.connect(("192.0.2.1", 9))  # nothing is sent
            return f"http://{probe.getsockname()[0]}:{port}"
    return f"http://{[*own_addresses(), '127.0.0.1'][0]}:{port}"


def own_addresses() -> list[str]:
    """Return this machine's addresses in the networks that it is connected to."""
    found = [one for card in psutil.net_if_addrs().values() for one in card]
    numbers = [one.address for one in found if one.family == socket.AF_INET]
    return [number for number in numbers if not number.startswith("127.")]


def refuse(folder: Path, names: list[str], port: int) -> None:
    """End with a sentence, before anything is made, where no class can begin."""
    if wrong := [name for name in names if not NAME.fullmatch(name)]:
        raise SystemExit(
            f"{', '.join(wrong)}: MLflow's login takes names of the letters A to Z and"
            " a to z, digits, spaces, and _ . ' - only."
        )
    if not names and not (folder / "accounts.csv").exists():
        raise SystemExit("Nobody has an account yet: make class N=30, or NAMES=Ada,Ben")
    if not 0 < port < 65_535:
        raise SystemExit("A port is a number from 1 to 65534.")
    for one in (port, port + 1):  # the server's, and the board's
        if is_taken(one, "0.0.0.0"):
            raise SystemExit(
                f"Port {one} is taken. If a class still runs here, end it first; else"
                " (on macOS it may be the AirPlay Receiver) take another port:"
                " make class … PORT=5050, or --port 5050."
            )


def configure(folder: Path) -> Path:
    """Write what MLflow's login app reads, and return its path."""
    config = configparser.ConfigParser()
    config["mlflow"] = {
        "default_permission": "READ",  # all see all; who made it may change it
        "database_uri": f"sqlite:///{(folder / 'accounts.db').as_posix()}",
        "admin_username": ADMIN,
        "authorization_function": "mlflow.server.auth:authenticate_request_basic_auth",
        # Else each request hashes the password anew: a third of the throughput.
        "auth_cache_ttl_seconds": "600",
    }
    path = folder / "login.ini"
    with open(path, "w", encoding="utf-8") as file:
        config.write(file)
    return path


def with_driver(store: str) -> str:
    """Return PostgreSQL's address with the driver; any other address as it is."""
    if not store.startswith(("postgresql://", "postgres://")):
        return store
    if not find_spec("psycopg2"):
        raise SystemExit(
            "PostgreSQL needs its driver: .venv/bin/python -m pip install"
            " psycopg2-binary, then start the class again."
        )
    return f"postgresql+psycopg2://{store.partition('://')[2]}"


def refuse_silent(store: str) -> None:
    """End with a sentence where PostgreSQL lets nobody in: MLflow tries for long."""
    if store.startswith("postgresql+psycopg2://"):
        wait = {"connect_timeout": 10}  # seconds
        try:
            sqlalchemy.create_engine(store, connect_args=wait).connect().close()
        except sqlalchemy.exc.SQLAlchemyError as error:
            said = str(getattr(error, "orig", error)).partition("\n")[0]
            raise SystemExit(
                f"STORE: {said}\nStart PostgreSQL, or make the database, then start the"
                " class again."
            ) from None


def quicken(path: Path) -> None:
    """Let SQLite append to a log: one wait for the disk per write, none to read."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")  # the file remembers it


def start(folder: Path, port: int, store: str, people: list[Account]) -> Service:
    """Start the server, and make the accounts that it does not have yet."""
    password = {account.name: account.password for account in people}[ADMIN]
    machine = socket.gethostname()
    names = ["localhost", "127.0.0.1", machine, f"{machine}.local", *own_addresses()]
    hosts = {f"{name}:{port}" for name in names}
    command = [
        *("mlflow", "server", "--app-name", "basic-auth"),
        *("--host", "0.0.0.0", "--port", str(port)),
        *("--workers", WORKERS, "--uvicorn-opts", "--log-level warning"),
        *("--backend-store-uri", store),
        *("--artifacts-destination", str(folder / "artifacts")),
        *("--allowed-hosts", ",".join(sorted(hosts))),
        *(
            "--cors-allowed-origins",
            ",".join(f"http://{host}" for host in sorted(hosts)),
        ),
    ]
    environment = {
        "MLFLOW_AUTH_CONFIG_PATH": str(configure(folder)),
        "MLFLOW_AUTH_ADMIN_PASSWORD": password,
        "MLFLOW_FLASK_SERVER_SECRET_KEY": secrets.token_hex(16),
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }
    quicken(folder / "accounts.db")
    if store.startswith("sqlite:///"):
        quicken(Path(store.removeprefix("sqlite:///")))
    log = folder / "server.log"
    server = Service(command, port, "/health", log, environment)
    sign_in(server.url, password)
    from mlflow.exceptions import RestException

    with warnings.catch_warnings(action="ignore"):  # one for MLflow's own authors
        from mlflow.server.auth.client import AuthServiceClient

    client = AuthServiceClient(server.url)
    for account in people:
        with contextlib.suppress(RestException):  # it has this account already
            client.create_user(account.name, account.password)
    return server


def sign_in(address: str, password: str) -> None:
    """Let this process speak to the server as its instructor."""
    import mlflow

    os.environ["MLFLOW_TRACKING_URI"] = address
    mlflow.set_tracking_uri(address)  # an address set before goes first otherwise
    os.environ["MLFLOW_TRACKING_USERNAME"] = ADMIN
    os.environ["MLFLOW_TRACKING_PASSWORD"] = password


def main(arguments: list[str]) -> int:
    """Serve the class until Ctrl+C."""
    parser = argparse.ArgumentParser(prog="make class", description=__doc__)
    parser.add_argument("--names", default="", help="nicknames, with commas between")
    parser.add_argument("--number", type=int, default=0, help="or how many learners")
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--store", default="", help="postgresql://… instead of SQLite")
    parser.add_argument("--folder", type=Path, default=ROOT / "class")
    given = parser.parse_args(arguments)
    names = [name.strip() for name in given.names.split(",") if name.strip()]
    names += [f"learner{number:02}" for number in range(1, given.number + 1)]
    refuse(given.folder, names, given.port)
    store = with_driver(given.store)
    refuse_silent(store)
    given.folder.mkdir(exist_ok=True)
    people = accounts(given.folder, names)
    store = store or stores.create_mlflow_database(given.folder / "mlflow.db")
    print("starting the class's server …", flush=True)
    server = start(given.folder, given.port, store, people)
    address = address_of(given.port)
    for number, account in enumerate(people):
        if account.name != ADMIN:
            print(slip(number, account, address))
    print(f"the class: {address}   (instructor: {ADMIN}, {people[0].password})")
    with board.serve(given.port + 1) as page:
        print(f"the board: {page}\nCtrl+C ends both.", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            server.wait()
            print(f"The server has ended; {given.folder / 'server.log'} says why.")
    server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
