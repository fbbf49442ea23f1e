"""The data file, its schema, and the split."""

import re
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from helpers import data

ROOT = data.DATA_FILE.parent.parent


@pytest.fixture(scope="module")
def events():
    return data.load_events()


@pytest.fixture(scope="module")
def split(events):
    return data.split_events(events)


def test_events_are_those_of_the_data_card(events):
    assert events.shape == (19020, 11)
    assert events["class"].value_counts().to_dict() == {"g": 12332, "h": 6688}
    means = events[["fLength", "fAlpha", "fDist"]].mean()
    assert means.round(4).tolist() == [53.2502, 27.6457, 193.8180]
    spreads = events[["fLength", "fAlpha", "fDist"]].std()
    assert spreads.round(4).tolist() == [42.3649, 26.1036, 74.7318]
    assert (events["fWidth"] == 0).sum() == 98
    duplicates = events[events.duplicated()]
    assert len(duplicates) == 115 and (duplicates["class"] == "h").all()


def test_the_data_card_quotes_the_checksum_the_code_compares():
    card = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    assert data.DATA_SHA256 in card
    assert f"{data.DATA_BYTES:,} bytes" in card


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: path.unlink(), "is missing"),
        (
            lambda path: path.write_bytes(path.read_bytes()[:1000]),
            "is truncated: 1,000",
        ),
        (
            lambda path: path.write_bytes(
                path.read_bytes().replace(b"28.7967", b"28.7968")
            ),
            "was altered: its SHA-256",
        ),
        (
            lambda path: path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n")),
            "line ends are those of Windows",
        ),
    ],
)
def test_a_damaged_file_is_one_error_with_file_and_cure(tmp_path, damage, said):
    path = tmp_path / "magic.csv"
    shutil.copy(data.DATA_FILE, path)
    damage(path)
    with pytest.raises(data.DataFileError) as caught:
        data.load_events(path)
    message = str(caught.value)
    assert said in message
    assert str(path) in message
    assert "git checkout -- :/data/magic.csv" in message
    assert "\n" not in message


def test_the_cure_works_from_the_folder_of_the_notebooks(tmp_path):
    for folder in ("data", "notebooks"):
        (tmp_path / folder).mkdir()
    path = tmp_path / "data" / "magic.csv"
    path.write_text("as it came")
    who = "-c user.name=a -c user.email=a@example.org"
    for line in ("git init -q .", "git add .", f"git {who} commit -qm all"):
        subprocess.run(line.split(), cwd=tmp_path, check=True)
    path.write_text("damaged")
    with pytest.raises(data.DataFileError) as caught:
        data.load_events(path)
    (cure,) = re.findall("git checkout -- [^ ,]+", str(caught.value))
    subprocess.run(cure.split(), cwd=tmp_path / "notebooks", check=True)
    assert path.read_text() == "as it came"


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("fLength", -1.0, "fLength > 0 mm"),
        ("fWidth", -0.1, "fWidth >= 0 mm"),
        ("fConc", 1.5, "0 < fConc < 1"),
        ("fConc1", 0.0, "0 < fConc1 < 1"),
        ("fAlpha", 90.1, "0 <= fAlpha <= 90 degrees"),
        ("fDist", 0.0, "fDist > 0 mm"),
        ("fSize", np.inf, "a finite number"),
        ("fAsym", np.nan, "no value is missing"),
        ("class", "gamma", "'g' or 'h'"),
    ],
)
def test_a_broken_rule_names_column_row_and_rule(events, column, value, said):
    broken = events.head(50).copy()
    broken.loc[7, column] = value
    with pytest.raises(data.EventSchemaError) as caught:
        data.check_events(broken)
    lines = [line for line in str(caught.value).splitlines() if said in line]
    assert len(lines) == 1
    assert f"column {column}: 1 row(s) (7)" in lines[0]


@pytest.mark.parametrize(
    ("narrow", "wide", "rule"),
    [
        ("fLength", "fWidth", "fWidth <= fLength"),
        ("fConc", "fConc1", "fConc1 <= fConc"),
    ],
)
def test_rules_between_columns(events, narrow, wide, rule):
    broken = events.head(50).copy()
    rows = [3, 4, 5, 6, 7, 8]
    broken.loc[rows, wide] = broken.loc[rows, narrow] * 1.01
    with pytest.raises(data.EventSchemaError) as caught:
        data.check_events(broken)
    assert str(caught.value).count("\n") == 1
    assert "6 row(s) (3, 4, 5, 6, 7, …)" in str(caught.value)
    assert rule in str(caught.value)


def test_missing_unknown_and_text_columns(events):
    with pytest.raises(data.EventSchemaError, match="column fSize: missing"):
        data.check_events(events.drop(columns="fSize"))
    with pytest.raises(data.EventSchemaError, match="column night: unknown"):
        data.check_events(events.assign(night=1))
    with pytest.raises(data.EventSchemaError, match="fSize.*numbers only"):
        data.check_events(events.assign(fSize="bright"))


def test_features_are_checked_without_their_class(events):
    features = events[list(data.FEATURES)]
    pd.testing.assert_frame_equal(data.check_events(features, labelled=False), features)
    with pytest.raises(data.EventSchemaError, match="column class: unknown"):
        data.check_events(events, labelled=False)
    with pytest.raises(data.EventSchemaError, match="fAlpha.*no value is missing"):
        data.check_events(features.assign(fAlpha=np.nan), labelled=False)
    with pytest.raises(data.EventSchemaError, match="fWidth <= fLength"):
        data.check_events(
            features.assign(fWidth=features["fLength"] + 1), labelled=False
        )


def test_split_sizes_types_and_balance(split):
    for part, size in (("train", 11343), ("valid", 3781), ("test", 3781)):
        x, y = getattr(split, f"x_{part}"), getattr(split, f"y_{part}")
        assert x.shape == (size, 10) and y.shape == (size,)
        assert x.dtype == y.dtype == np.float32
        assert np.unique(y).tolist() == [0, 1]
        assert y.mean() == pytest.approx(12332 / 18905, abs=2e-4)


def test_no_event_stands_in_two_parts(split):
    rows = np.vstack([split.x_train, split.x_valid, split.x_test])
    rows = np.column_stack(
        [rows, np.hstack([split.y_train, split.y_valid, split.y_test])]
    )
    assert len(np.unique(rows, axis=0)) == len(rows) == 18905


def test_the_scaler_has_seen_the_training_part_alone(events, split):
    assert split.x_train.mean(axis=0) == pytest.approx(np.zeros(10), abs=1e-4)
    assert split.x_train.std(axis=0) == pytest.approx(np.ones(10), abs=1e-4)
    assert split.scaler.n_samples_seen_ == len(split.x_train)
    raw = split.scaler.inverse_transform(split.x_test[:5].astype(float))
    known = events[list(data.FEATURES)].to_numpy()
    for row in raw:
        assert np.abs(known - row).max(axis=1).min() < 1e-2


def test_another_seed_is_another_split(events, split):
    assert not np.array_equal(data.split_events(events, seed=1).x_test, split.x_test)
    assert np.array_equal(data.split_events(events).x_test, split.x_test)


def test_mispointing_moves_the_source_and_nothing_else(events):
    before = events.copy()
    moved = data.mispoint(events, 30.0)
    assert events.equals(before)
    assert list(moved.columns) == list(events.columns)
    others = [name for name in events.columns if name not in ("fDist", "fAlpha")]
    assert moved[others].equals(events[others])
    change = (moved["fDist"] - events["fDist"]).abs()
    assert change.max() <= 30.0 + 1e-9 and change.mean() > 10
    data.check_events(moved)


def test_mispointing_by_nothing_changes_nothing_and_gammas_lose_their_alpha(events):
    same = data.mispoint(events, 0.0)
    assert np.allclose(same["fAlpha"], events["fAlpha"])
    assert np.allclose(same["fDist"], events["fDist"])
    gammas = events[events["class"] == "g"]
    medians = [data.mispoint(gammas, shift)["fAlpha"].median() for shift in (0, 30, 60)]
    assert medians == sorted(medians) and medians[2] > 1.5 * medians[0]
    with pytest.raises(ValueError, match="0 or more, not -1"):
        data.mispoint(events, -1)
