"""May this SQL run: exactly one SELECT, over the tables named and nothing else, with the same answer every time."""

from __future__ import annotations

from collections.abc import Collection

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

_NOT_REPEATABLE = {
    *("rand", "random", "setseed", "uuid", "gen_random_uuid", "uuidv4", "uuidv7", "nextval", "currval", "txid_current"),
    *("now", "today", "age", "localtime", "localtimestamp", "transaction_timestamp", "get_current_time", "get_current_timestamp"),
    *("getenv", "getvariable", "session_user", "version", "query", "query_table"),
}
_WRITING = (exp.DML, exp.Into, exp.Lock)  # PostgreSQL lets a CTE delete
_OF_THE_MOMENT = "current_"  # current_date, current_user, current_setting, ...
_WORDS_OF_THE_MOMENT = {"now", "today", "tomorrow", "yesterday"}  # '...' of these, read as a time, is the clock

# DuckDB runs shut in; another database runs what it is given, so functions the parser does not know must stand here.
_HARMLESS = {
    "sqlite": {"date", "datetime", "time", "strftime", "julianday", "unixepoch", "printf", "total"},
    "postgres": {"make_date", "make_timestamptz", "timezone", "to_json", "to_jsonb", "jsonb_extract_path_text", "jsonb_typeof"},
}
_CLOCK_WITHOUT_ARGUMENTS = {"date", "datetime", "time", "julianday", "unixepoch"}  # in SQLite
_ZONE_OF_THE_MACHINE = {"localtime", "utc"}  # as an argument of SQLite's functions of time


def faults_of_select(sql: str, tables: Collection[str], *, dialect: str = "duckdb") -> list[str]:
    """Return what keeps a text from being one SELECT that reads these tables alone and gives the same answer every time.

    Tables are compared in small letters, with their schema where one is written.

    >>> faults_of_select("SELECT * FROM lines", {"lines"})
    []
    >>> faults_of_select("SELECT * FROM 'secret.csv'", {"lines"})
    ['reads secret.csv, which is no table of the mapping and no earlier view: lines']
    """
    try:
        statements = sqlglot.parse(sql, read=dialect)
    except SqlglotError as error:
        return [f"not understood as SQL: {str(error).splitlines()[0]}"]
    except RecursionError:
        return ["needs SQL nested a few deep, found hundreds of levels"]
    if len(statements) != 1 or not isinstance(select := statements[0], exp.Select | exp.SetOperation) or select.find(*_WRITING):
        return ["needs exactly one SELECT (or a UNION of some) and nothing else"]
    readable = {*(table.lower() for table in tables), *(cte.alias.lower() for cte in select.find_all(exp.CTE))}
    faults = [_fault_of_table(table, readable) for table in select.find_all(exp.Table)]
    faults += [_fault_of_lateral(lateral) for lateral in select.find_all(exp.Lateral)]
    faults += [_fault_of_function(function, dialect) for function in select.find_all(exp.Func)]
    faults += [_not_repeatable(part, dialect) for part in _moving_parts(select, dialect)]
    return list(dict.fromkeys(fault for fault in faults if fault))


def _fault_of_table(table: exp.Table, readable: Collection[str]) -> str | None:
    name = f"{table.db}.{table.name}" if table.db else table.name
    if isinstance(table.this, exp.Identifier) and not table.catalog and name.lower() in readable:
        return None
    known = ", ".join(sorted(readable))
    return f"reads {name or table.sql('duckdb')}, which is no table of the mapping and no earlier view: {known}"


def _fault_of_lateral(lateral: exp.Lateral) -> str | None:
    return f"reads {lateral.this.sql('duckdb')}: LATERAL needs a SELECT" if isinstance(lateral.this, exp.Func) else None


def _fault_of_function(function: exp.Func, dialect: str) -> str | None:
    unknown = isinstance(function, exp.Anonymous)
    name = (function.name if unknown else function.sql_name()).lower()
    is_clock = dialect == "sqlite" and name in _CLOCK_WITHOUT_ARGUMENTS and not any(function.iter_expressions())
    if is_clock or name in _NOT_REPEATABLE or name.startswith(_OF_THE_MOMENT):
        return _not_repeatable(function, dialect)
    if unknown and name not in _HARMLESS.get(dialect, {name}):
        return f"calls {name}(), which is not known to be harmless in a database: put it in a view there, and read the view"
    return None


def _moving_parts(select: exp.Expr, dialect: str) -> list[exp.Expr]:
    """Return samples, and the words that a function reads as the clock or as the zone of the machine."""
    moving = _WORDS_OF_THE_MOMENT | (_ZONE_OF_THE_MACHINE if dialect == "sqlite" else set())
    words = [word for word in select.find_all(exp.Literal) if isinstance(word.parent, exp.Func)]
    return [*select.find_all(exp.TableSample), *(word for word in words if word.name.lower() in moving)]


def _not_repeatable(part: exp.Expr, dialect: str) -> str:
    return f"{part.sql(dialect).strip()} is not allowed: an import gives the same rows every time, from the same data"
