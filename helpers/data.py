"""The telescope data: load, check and split. Source: data/README.md."""

import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pandera.pandas as pa
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

DATA_FILE = Path(__file__).resolve().parent.parent / "data" / "magic.csv"
DATA_SHA256 = "ed9c3c747b6a424f579fb830b375bfea72ac4b0f4520fb2edd1ee609df79d0bc"
DATA_BYTES = 1_477_467


class DataFileError(Exception):
    """The data file is missing, truncated or altered; the message has the cure."""


class EventSchemaError(ValueError):
    """Events break a rule of the schema; the message has column, rows and rule."""


def _rule(text: str, holds) -> pa.Check:
    return pa.Check(holds, error=text)


def _number(*rules: pa.Check) -> pa.Column:
    return pa.Column(float, [_rule("a finite number", np.isfinite), *rules])


def _fraction(name: str) -> pa.Column:
    between = _rule(f"0 < {name} < 1", lambda s: s.between(0, 1, inclusive="neither"))
    return _number(between)


EVENT_SCHEMA = pa.DataFrameSchema(
    {
        "fLength": _number(_rule("fLength > 0 mm", lambda s: s > 0)),
        "fWidth": _number(_rule("fWidth >= 0 mm", lambda s: s >= 0)),
        "fSize": _number(),
        "fConc": _fraction("fConc"),
        "fConc1": _fraction("fConc1"),
        "fAsym": _number(),
        "fM3Long": _number(),
        "fM3Trans": _number(),
        "fAlpha": _number(
            _rule("0 <= fAlpha <= 90 degrees", lambda s: s.between(0, 90))
        ),
        "fDist": _number(_rule("fDist > 0 mm", lambda s: s > 0)),
        "class": pa.Column(str, _rule("'g' or 'h'", lambda s: s.isin(["g", "h"]))),
    },
    checks=[
        # The minor axis of an ellipse; the brightest pixel among the two brightest.
        _rule("fWidth <= fLength", lambda df: df["fWidth"] <= df["fLength"]),
        _rule("fConc1 <= fConc", lambda df: df["fConc1"] <= df["fConc"]),
    ],
    strict=True,
)
FEATURE_SCHEMA = EVENT_SCHEMA.remove_columns(["class"])
FEATURES = tuple(FEATURE_SCHEMA.columns)

_IN_WORDS = {"not_nullable": "no value is missing", "dtype('float64')": "numbers only"}


def check_events(events: pd.DataFrame, labelled: bool = True) -> pd.DataFrame:
    """Return `events` unchanged if every row obeys the schema.

    Parameters
    ----------
    events : pandas.DataFrame
        One row per event: the ten `FEATURES` (units in data/README.md) and, if
        `labelled`, `class`: "g" for a gamma or "h" for a hadron.
    labelled : bool
        False for events whose class nobody knows, such as those sent to a service.

    Returns
    -------
    pandas.DataFrame
        The same events.

    Raises
    ------
    EventSchemaError
        One line per broken rule, with its column and the first rows.
    """
    try:
        return (EVENT_SCHEMA if labelled else FEATURE_SCHEMA).validate(
            events, lazy=True
        )
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
    rules = cases.groupby(["check", "column"], sort=False, dropna=False)
    lines = [_broken_rule(rule, column, found) for (rule, column), found in rules]
    # A rule between two columns is reported once per column: keep one line.
    lines = "\n".join(dict.fromkeys(line for line in lines if line))
    raise EventSchemaError(f"the events are not usable:\n{lines}")


def _broken_rule(rule: str, column: str, found: pd.DataFrame) -> str:
    if rule == "column_in_dataframe":
        return f"  column {found['failure_case'].iloc[0]}: missing"
    if rule == "column_in_schema":
        return f"  column {found['failure_case'].iloc[0]}: unknown"
    if found["index"].isna().any():
        # The rule could not be tried: the column's type or absence has its own line.
        return ""
    rows = found["index"].unique().tolist()
    where = ", ".join(str(row) for row in rows[:5]) + (", …" if len(rows) > 5 else "")
    if " <= " in rule and found["schema_context"].iloc[0] == "DataFrameSchema":
        column = rule.replace(" <= ", ", ")
    return (
        f"  column {column}: {len(rows):,} row(s) ({where}) break the rule: "
        f"{_IN_WORDS.get(rule, rule)}"
    )


def load_events(path: Path | str = DATA_FILE) -> pd.DataFrame:
    """Read all 19,020 MAGIC events, after comparing the file's checksum.

    Parameters
    ----------
    path : Path or str
        The file; by default the one that comes with the course.

    Returns
    -------
    pandas.DataFrame
        Shape (19020, 11): the ten `FEATURES` and `class` ("g" or "h").

    Raises
    ------
    DataFileError
        The file is missing, truncated or altered.
    """
    path = Path(path)
    cure = (
        "Put the original back: in a clone by git checkout -- :/data/magic.csv, else "
        "from a fresh download"
    )
    if not path.is_file():
        raise DataFileError(f"{path} is missing. {cure}")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != DATA_SHA256:
        if len(content) < DATA_BYTES:
            what = f"is truncated: {len(content):,} of {DATA_BYTES:,} bytes"
        elif b"\r\n" in content:
            what = "was altered: its line ends are those of Windows"
        else:
            what = "was altered: its SHA-256 checksum is not the one in data/README.md"
        raise DataFileError(f"{path} {what}. {cure}")
    return check_events(pd.read_csv(path))


class EventSplit(NamedTuple):
    """Three parts, float32: `x_*` (events, 10), scaled; `y_*` (events,), 1 = gamma."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_valid: np.ndarray
    y_valid: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    scaler: StandardScaler


def split_events(events: pd.DataFrame, seed: int = 42) -> EventSplit:
    """Split 60/20/20 into training, validation and test part, stratified by class.

    Exact duplicates are dropped first, so that no event stands in two parts.
    The scaler (mean 0, standard deviation 1 per feature) has seen the training
    part only.

    Parameters
    ----------
    events : pandas.DataFrame
        Events as `load_events` returns them.
    seed : int
        Another seed is another split; the AUC of a model moves by about 0.01.

    Returns
    -------
    EventSplit
        11,343, 3,781 and 3,781 events for the full data set.
    """
    unique = events.drop_duplicates()
    x = unique[list(FEATURES)].to_numpy(np.float64)
    y = (unique["class"] == "g").to_numpy(np.float32)
    x_train, x_rest, y_train, y_rest = train_test_split(
        x, y, test_size=0.4, stratify=y, random_state=seed
    )
    x_valid, x_test, y_valid, y_test = train_test_split(
        x_rest, y_rest, test_size=0.5, stratify=y_rest, random_state=seed
    )
    scaler = StandardScaler().fit(x_train)
    x_train, x_valid, x_test = (
        scaler.transform(part).astype(np.float32) for part in (x_train, x_valid, x_test)
    )
    return EventSplit(x_train, y_train, x_valid, y_valid, x_test, y_test, scaler)


def mispoint(events: pd.DataFrame, shift: float, seed: int = 0) -> pd.DataFrame:
    """Return the events as a telescope sees them that points beside the source.

    Plane geometry in the camera: the assumed source position moves by `shift`,
    in a direction that is random with respect to each image, and `fDist` and
    `fAlpha` are computed anew. The image itself stays as it is.

    Parameters
    ----------
    events : pandas.DataFrame
        Events with the columns `fDist` (mm) and `fAlpha` (degrees).
    shift : float
        Error of the source position in the camera in mm, 0 or more; 30 mm are
        about 0.1 degrees for the telescope's focal length of 17 m.
    seed : int
        Seed of the random directions.

    Returns
    -------
    pandas.DataFrame
        A changed copy; all other columns as before.

    Raises
    ------
    ValueError
        If `shift` is negative.
    """
    if shift < 0:
        raise ValueError(f"shift is a distance in mm, 0 or more, not {shift!r}")
    direction = np.random.default_rng(seed).uniform(0, 2 * np.pi, len(events))
    alpha = np.radians(events["fAlpha"])
    along = events["fDist"] * np.cos(alpha) + shift * np.cos(direction)
    across = events["fDist"] * np.sin(alpha) + shift * np.sin(direction)
    return events.assign(
        fDist=np.hypot(along, across),
        fAlpha=np.degrees(np.arctan2(across.abs(), along.abs())),
    )
