"""No wrong answer passes a check, no right one is refused, and none leaves a trace.

The wrong ones are made by machine from the solutions in the notebooks.
"""

import ast
import contextlib
import copy
import difflib
import io
import json
import os
import random
import warnings
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import mlflow
import nbformat
import numpy as np
import optuna
import pandas as pd
import pytest
from scipy.stats import rankdata

from helpers import checks, data, stores
from helpers.checks.cases import unchanged
from helpers.checks.verdict import RIGHT
from tests import test_checks
from tests.check_cases import (
    others_01_to_03,
    others_04,
    others_05_to_06,
    others_07_to_09,
    others_last,
    others_mixed,
    right_styles,
)
from tests.check_cases.equivalents import EQUIVALENT
from tests.check_cases.notebook_02 import made_study
from tests.mutate import mutants

from tools import NOTEBOOKS

optuna.logging.set_verbosity(optuna.logging.WARNING)
ROOT = Path(__file__).resolve().parent.parent


def solutions() -> dict[str, str]:
    """Return the source of each solution, up to its check."""
    found = {}
    for path in NOTEBOOKS:
        for cell in nbformat.read(path, as_version=4).cells:
            if "solution" not in cell.metadata.get("tags", []):
                continue
            body = ast.parse(cell.source).body
            for k, statement in enumerate(body):
                text = ast.unparse(statement)
                if text.startswith("checks.exercise_"):
                    number = text.partition("(")[0].removeprefix("checks.exercise_")
                    source = "\n".join(map(ast.unparse, body[: k + 1]))
                    found[number.replace("_", ".")] = source
    return found


SOLUTIONS = solutions()


def quick_auc(labels, scores):
    """Return what `roc_auc_score` does, in a tenth of the time."""
    gammas = np.asarray(labels) == 1
    many, few = gammas.sum(), (~gammas).sum()
    return (rankdata(scores)[gammas].sum() - many * (many + 1) / 2) / (many * few)


LUCK = np.random.default_rng(0).normal(0, 1, 100_000)


def given() -> dict:
    """Return the names that the notebooks have made before their exercises."""
    wide = made_study()
    return {
        "np": np,
        "pd": pd,
        "plt": plt,
        "json": json,
        "keras": keras,
        "mlflow": mlflow,
        "optuna": optuna,
        "TrialState": optuna.trial.TrialState,
        "data": data,
        "roc_auc_score": quick_auc,
        "luck": LUCK,
        "quantile": np.quantile(LUCK, 0.98),
        "wide": wide,
        "wide_rates": np.array([one.params["learning_rate"] for one in wide.trials]),
        "wide_values": np.array([one.value for one in wide.trials]),
        "error": 0.004,
    }


class Recorder:
    """Stands for `checks`, and keeps what a cell gives to it."""

    answer = None

    def __getattr__(self, name):
        return lambda *answer: setattr(self, "answer", answer)


def is_right(number: str, answer: tuple) -> bool:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        getattr(checks, f"exercise_{number.replace('.', '_')}")(*answer)
    return said.getvalue().startswith(RIGHT)


def passes(number: str, source: str) -> bool:
    """Tell whether the check is content with the answer of a cell."""
    recorder = Recorder()
    try:
        exec(source, given() | {"checks": recorder})
    except Exception:
        return False  # the reader sees the error
    return recorder.answer is not None and is_right(number, recorder.answer)


def difference(old: str, new: str) -> str:
    lines = difflib.ndiff(old.splitlines(), new.splitlines())
    return " / ".join(line[2:].strip() for line in lines if line.startswith("+ "))


@pytest.mark.parametrize("number", sorted(SOLUTIONS))
def test_no_mutant_passes(number, capsys):
    source = SOLUTIONS[number]
    assert passes(number, source)
    known, passed, count = EQUIVALENT.get(number, {}), {}, 0
    with capsys.disabled():
        for mutant in mutants(source):
            count += 1
            if passes(number, mutant):
                passed[difference(source, mutant)] = mutant
        print(f"\n{number}: {count} mutants, {len(passed)} equivalent", end=" ")
    assert sorted(set(passed) - set(known)) == []
    assert sorted(set(known) - set(passed)) == [], "no longer equivalent"


@pytest.mark.parametrize(("number", "answer"), right_styles.RIGHT)
def test_right_in_another_style(number, answer):
    assert is_right(number, answer)


OTHERS = (
    *(others_01_to_03, others_04, others_05_to_06, others_07_to_09),
    *(others_mixed, others_last),
)


def of_others(kind: str) -> list[tuple]:
    """Return the number and the arguments of each; not a tuple is one argument."""
    return [
        (number, answer if isinstance(answer, tuple) else (answer,))
        for module in OTHERS
        for number, answers in getattr(module, kind).items()
        for answer in answers
    ]


@pytest.mark.parametrize(("number", "answer"), of_others("WRONG"))
def test_another_wrong_answer(number, answer):
    assert not is_right(number, answer)


@pytest.mark.parametrize(("number", "answer"), of_others("RIGHT"))
def test_another_right_answer(number, answer):
    assert is_right(number, answer)


def test_ten_other_wrong_answers_for_each_exercise():
    numbers = [number for number, _ in of_others("WRONG")]
    assert {number for number in SOLUTIONS if numbers.count(number) < 10} == set()


def test_five_styles_for_each_exercise():
    numbers = [number for number, _ in right_styles.RIGHT]
    assert {number for number in SOLUTIONS if numbers.count(number) < 5} == set()


def traces(folder: Path) -> dict:
    """Return what an answer might move, to be compared before and after."""
    client = mlflow.MlflowClient()
    runs = client.search_runs(
        [one.experiment_id for one in client.search_experiments()]
    )
    return {
        "runs": [(run.info.run_id, run.info.status, run.data.metrics) for run in runs],
        "open run": mlflow.active_run().info.run_id,
        "address": (mlflow.get_tracking_uri(), mlflow.get_registry_uri()),
        "files": sorted(path.name for path in folder.iterdir()),
        "folder": os.getcwd(),
        "variables": dict(os.environ),
        "seeds": (random.getstate(), repr(np.random.get_state())),
        "warnings": list(warnings.filters),
        "figures": (plt.get_fignums(), len(plt.gcf().axes), dict(plt.rcParams)),
        "words": optuna.logging.get_verbosity(),
    }


def moves_everything(history):
    """Log as asked, and leave a trace wherever one can."""
    from mlflow import log_dict, log_metric, log_params

    log_params({"by": "answer"})
    log_dict({"by": "answer"}, "answer.json")
    log_metric("train_loss", 1.0)
    mlflow.end_run()
    mlflow.set_tracking_uri("sqlite:///other.db")
    mlflow.set_experiment("other")
    mlflow.start_run(nested=True)
    os.environ["ANSWER"] = "1"
    os.chdir("/")
    random.seed(1)
    np.random.seed(1)
    warnings.simplefilter("error")
    optuna.logging.set_verbosity(optuna.logging.DEBUG)
    plt.rcParams["lines.linewidth"] = 7
    plt.plot([1, 2])


def test_no_check_leaves_a_trace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")
    with plt.rc_context():
        mlflow.set_tracking_uri(stores.create_mlflow_database(tmp_path / "reader.db"))
        mlflow.set_experiment("mine")
        plt.figure().add_subplot()
        with mlflow.start_run():
            mlflow.log_metric("mine", 1.0)
            before = traces(tmp_path)
            # Of each exercise one right answer and one wrong, besides the worst.
            answers = {case[0]: case for case in right_styles.RIGHT}.values()
            wrong = {case[0]: case[:2] for case in test_checks.WRONG}.values()
            answers = [*answers, *wrong, ("5.1", (moves_everything,))]
            for number, answer in answers:
                given = copy.deepcopy(answer) if number == "2.3" else None
                is_right(number, answer)
                assert given is None or unchanged(given[1].trials, answer[1].trials)
            after = traces(tmp_path)
        assert {k: after[k] for k, one in before.items() if after[k] != one} == {}
        plt.close("all")
