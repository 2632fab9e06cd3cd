"""A PostgreSQL and a Spark of the tests' own: started when a test first asks for one, gone with the last test."""

import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest

if typing.TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOOPBACK = "127.0.0.1"
DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian keeps the server's programs, a folder a version; none of them is on the PATH."""


PATIENCE = 60.0
"""Seconds that a server has to start or to stop."""


def absent(what: str, hint: str) -> typing.NoReturn:
    """Say what is not there: a failure where everything has to be, a skip elsewhere."""
    word = f"{what} is not on this machine; {hint}"
    if os.environ.get("CI"):
        pytest.fail(word, pytrace=False)
    pytest.skip(word)


def need(*modules: str) -> None:
    """Ask for modules of the project's own extras."""
    for module in modules:
        if importlib.util.find_spec(module) is None:
            absent(f"`{module}`", "`pip install -e '.[slow]'` brings it")


# -- PostgreSQL ------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of an empty database on a server of the tests' own, on the loopback interface alone."""
    need("psycopg", "ibis")
    with tempfile.TemporaryDirectory(prefix="ntm-postgres-", ignore_cleanup_errors=True) as name:
        server = Server(Path(name))
        try:
            yield server.start()
        finally:
            server.stop()


class Server:
    """A PostgreSQL server whose data and socket are in one folder.

    It refuses to run as root, so root runs it as the user that Debian's package makes for it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = programs()
        self.process: subprocess.Popen[bytes] | None = None
        self.user: dict[str, typing.Any] = {}
        if os.geteuid() == 0:
            self.user = {"user": "postgres", "group": "postgres", "extra_groups": []}
            try:
                shutil.chown(folder, "postgres", "postgres")
            except LookupError:
                absent("the user `postgres`", "root runs the server as that user; Debian's package makes it")

    def start(self) -> str:
        """Make the database and serve it; its URL."""
        secret = secrets.token_hex()
        password = self.folder / "password"
        password.write_text(secret, encoding="ascii")
        how = ["--username=ntm", "--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8", "--no-locale"]
        self.run("initdb", "--no-sync", *how).wait(PATIENCE)
        password.unlink()
        port = free_port()
        # Durability is for data that somebody will miss.
        options = ["-c", "fsync=off", "-c", f"unix_socket_directories={self.folder}"]
        self.process = self.run("postgres", "-h", LOOPBACK, "-p", str(port), *options)
        url = f"postgresql://ntm:{secret}@{LOOPBACK}:{port}/postgres"
        self.wait_for(url)
        return url

    def wait_for(self, url: str) -> None:
        """Wait until the server answers."""
        import psycopg

        end = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(url).close()
            except psycopg.OperationalError:
                if self.process is None or self.process.poll() is not None or time.monotonic() > end:
                    pytest.fail((self.folder / "log").read_text("utf-8", "replace"), pytrace=False)
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Stop the server if it runs; nobody's work is waited for."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(PATIENCE)

    def run(self, program: str, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start one of the server's programs on the data; what it says goes to the log."""
        command = [str(self.programs / program), "-D", str(self.folder / "data"), *arguments]
        if shutil.which("setpriv"):  # if the tests are killed, the server ends with them
            command = ["setpriv", "--pdeathsig", "QUIT", *command]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, **self.user
            )


def programs() -> Path:
    """The folder of the server's programs: where the PATH finds them, else the newest of Debian's."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    newest = max(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), default=None)
    return newest.parent if newest else absent("PostgreSQL", "`apt-get install postgresql` brings it")


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


# -- Spark -----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[SparkSession]":
    """A Spark of two threads in this machine's Java, without its web pages."""
    need("pyspark")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        absent("Java", "`apt-get install openjdk-17-jre-headless` brings it")
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    quiet = folder / "log4j2.properties"
    quiet.write_text("rootLogger.level = error\n", encoding="ascii")
    settings: dict[str, bool | float | int | str | None] = {
        "spark.driver.host": LOOPBACK,
        "spark.driver.bindAddress": LOOPBACK,
        "spark.driver.memory": "1g",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={quiet} -Djava.io.tmpdir={folder}",
        "spark.local.dir": str(folder),
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SPARK_HOME", raising=False)  # another Spark than the one that came with pyspark
        patch.setenv("SPARK_LOCAL_IP", LOOPBACK)
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.master("local[2]").appName("ntm-rules").config(map=settings)
        session = builder.getOrCreate()
        try:
            yield session
        finally:
            session.stop()
