"""What are the features of a company whose events lie in its own Spark tables: what the stored log would give for the same rows.

Tables bring the columns of the contracts, unsorted, with `known_at`; every version of a row may be there, repeated or not. One
shuffle brings all rows of a customer into one group, where they are checked, merged as the log merges them, and computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from features.catalogue import Catalogue
from features.contracts.checks import check_delivery, refuse_broken
from features.contracts.schemas import LATEST, TIME
from features.contracts.sources import SOURCES, Source
from features.engine.bucket import BucketFeatures, compute_tables
from features.errors import InvalidInput
from features.language.feature import Feature
from features.log.intake import UnknownSource
from features.log.versions import as_stored
from features.spark.session import without_pandas_warning
from features.times import Timestamp

_GROUP = "group"


class NoCustomers(InvalidInput):
    """Tables of events only: whoever has no row in `customers` has no features."""


def features_of(
    tables: Mapping[str, DataFrame], catalogue: Catalogue, as_ofs: Sequence[Timestamp], *, groups: int = 256
) -> DataFrame:
    """Return one row a customer and moment: `customer_id`, `as_of`, and a float column a feature, null where missing.

    A session of your own does this for a third of the CPU with `spark.sql.execution.arrow.maxBytesPerBatch` at 2147483647: with
    any other limit Spark 4.3 adds up the bytes of every column after every row.

    Parameters
    ----------
    tables
        The rows of each source. One that the catalogue does not read is left alone, one that is not there is empty.
    catalogue
        Which features.
    as_ofs
        Moments. Only what was known before each counts.
    groups
        Into how many groups customers are dealt; a task holds all rows of one group in memory.

    Raises
    ------
    UnknownSource
        If a table is of a source that no contract declares.
    NoCustomers
        If there is no table of customers.
    ContractBroken
        If a table lacks a required column, or has one that its contract does not know, or one of another type. A row that
        breaks its contract ends the task that meets it: there is no quarantine here.
    """
    if unknown := sorted(set(tables) - set(SOURCES)):
        raise UnknownSource(f"no such source: {', '.join(unknown)}; the sources are {', '.join(SOURCES)}")
    if "customers" not in tables:
        raise NoCustomers(f"needed a table of customers, found {', '.join(sorted(tables)) or 'no table'}")
    read = [load.source for load in catalogue.compiled.loads if load.source in tables]
    dealt = reduce(_below, [_dealt(SOURCES[name], tables[name], groups=groups) for name in read])
    of_group = _of_group(catalogue.features, sorted(set(as_ofs)))
    with without_pandas_warning():
        return dealt.groupBy(_GROUP).applyInArrow(of_group, _schema(catalogue))


def _dealt(source: Source, table: DataFrame, *, groups: int) -> DataFrame:
    """Return each row's group and, as one value, the row: so that sources may use a name for different things.

    Any hash of the customer deals them alike for the result; Spark's own spares every row a way through Python.
    """
    _checked(source, table.limit(0).toArrow())
    if not source.customer_required:
        table = table.where(sql.col("customer_id").isNotNull())
    group = sql.pmod(sql.xxhash64("customer_id"), sql.lit(groups))
    return table.select(group.alias(_GROUP), sql.struct(*table.columns).alias(source.name))


def _below(one: DataFrame, other: DataFrame) -> DataFrame:
    return one.unionByName(other, allowMissingColumns=True)


def _schema(catalogue: Catalogue) -> str:
    features = [f"`{name}` float" for name in catalogue.names]
    return ", ".join(["customer_id string", "as_of timestamp", *features])


def _of_group(features: tuple[Feature, ...], as_ofs: Sequence[Timestamp]) -> Callable[[pa.Table], pa.Table]:
    def of_group(rows: pa.Table) -> pa.Table:  # Spark reads the form of the call from these annotations
        catalogue = Catalogue(features)
        tables = {name: _stored(SOURCES[name], rows[name]) for name in rows.column_names if name != _GROUP}
        return _long(as_ofs, compute_tables(catalogue, tables, as_ofs=as_ofs), names=catalogue.names)

    return of_group


def _stored(source: Source, rows: pa.ChunkedArray) -> pa.Table:
    return as_stored(source, _checked(source, pa.Table.from_struct_array(rows.drop_null())))


def _checked(source: Source, rows: pa.Table) -> pa.Table:
    checked = check_delivery(source, rows, known_at="given", received_at=LATEST)
    refuse_broken([checked], tolerated_share=0.0)
    return checked.good


def _long(as_ofs: Sequence[Timestamp], features: BucketFeatures, *, names: Sequence[str]) -> pa.Table:
    moments, people = np.nonzero(features.is_customer)
    values = np.ascontiguousarray(features.rows[moments, people].T)
    columns = [features.ids.take(pa.array(people)), pa.array(np.array(as_ofs)[moments]).cast(TIME)]
    columns += [pa.array(column, from_pandas=True) for column in values]
    return pa.table(columns, names=["customer_id", "as_of", *names])
