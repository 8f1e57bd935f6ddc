"""Where does Spark come from: a session of our own, quiet and stopped at the end; or one that runs already, and is left alone."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from features.errors import Unavailable

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_NO_LIMIT = str(2**31 - 1)
"""Any other limit makes Spark add up the bytes of every column after every row; the rows of a batch are limited anyway."""

_ONLY_ERRORS = """
# a task's failure is told by the exception it becomes; these two tell it again and again
logger.executor.name = org.apache.spark.executor.Executor
logger.executor.level = off
logger.tasks.name = org.apache.spark.scheduler.TaskSetManager
logger.tasks.level = off
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = spark: %c{1}: %m%n
logger.gateway.name = org.apache.spark.api.python.PythonGatewayServer
logger.gateway.level = error
"""


class SparkMissing(Unavailable):
    """Spark was asked for, and pyspark or the Java it runs on is not installed or does not start."""


@contextmanager
def spark_session(master: str = "local[*]") -> Iterator[SparkSession]:
    """Give a Spark session to work in: the one this process has already, else a new one, which ends with the block.

    Whatever else Spark should know (memory, a cluster's address and files) is read from its own `spark-defaults.conf`. Workers on
    other machines need this package and its dependencies at the same versions, in the Python that `PYSPARK_PYTHON` names there.

    Raises
    ------
    SparkMissing
        If pyspark or Java is missing, or Java is too old for it.
    """
    _check_installed()
    from pyspark.sql import SparkSession

    if running := SparkSession.getActiveSession():
        yield running
        return
    with TemporaryDirectory(prefix="lifecycle-spark-") as folder, _unless_chosen(_environment(Path(folder))):
        session = _start(master, Path(folder))
        try:
            yield session
        finally:
            session.stop()


@contextmanager
def without_pandas_warning() -> Iterator[None]:
    """Keep Spark from warning of pandas 3 when it starts or is given an Arrow function: no table of ours becomes a pandas one."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)
        yield


def _check_installed() -> None:
    if find_spec("pyspark") is None:
        raise SparkMissing("needed pyspark, found none; run: pip install 'lifecycle[spark]'")
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=f"{home}/bin" if home else None) is None:
        where = f"below JAVA_HOME={home}" if home else "in PATH"
        raise SparkMissing(f"needed Java 17 or newer for Spark, found none {where}; run: apt-get install openjdk-17-jre-headless")


def _environment(folder: Path) -> dict[str, str]:
    """Return what makes Spark's workers run in this very Python, its log keep to errors, and its JVM start cheaply.

    The JVM only deals out buckets here: to compile it thoroughly costs more than it saves (20 against 12 CPU-s a start).
    """
    log_settings = folder / "log4j2.properties"
    log_settings.write_text(_ONLY_ERRORS)
    java = f"-XX:TieredStopAtLevel=1 -Dlog4j2.configurationFile={log_settings.as_uri()}"
    return {"PYSPARK_PYTHON": sys.executable, "SPARK_SUBMIT_OPTS": java}


@contextmanager
def _unless_chosen(environment: Mapping[str, str]) -> Iterator[None]:
    """Set what the environment does not say already, for as long as the block lasts."""
    added = {name: value for name, value in environment.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]


def _start(master: str, folder: Path) -> SparkSession:
    from pyspark.errors import PySparkRuntimeError
    from pyspark.sql import SparkSession

    settings = {
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.maxBytesPerBatch": _NO_LIMIT,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    if master.startswith("local"):  # a machine whose own name does not resolve has a loopback address all the same
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    builder = SparkSession.builder.appName("lifecycle").master(master)
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        with without_pandas_warning():
            return builder.getOrCreate()
    except PySparkRuntimeError as error:
        raise SparkMissing(f"needed Java 17 or newer, found one that did not start Spark and says above why ({error})") from error
