"""The searches of notebooks 02 and 09: each score is of the validation part."""

import mlflow
import optuna
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from helpers import metrics
from tests.record.reading import PARTS, ROOT, START_MS, part_of, train_again


def test_02_the_scores_of_both_searches_are_of_the_validation_part(ran, split):
    ran("02")
    database = f"sqlite:///{(ROOT / 'notebooks' / 'optuna.db').as_posix()}"
    found = []
    for name in optuna.get_all_study_names(database):
        if name.startswith("learning rate, ") and "continued" not in name:
            study = optuna.load_study(study_name=name, storage=database)
            if study.trials[0].datetime_start.timestamp() * 1000 >= START_MS:
                found.append(study)
    assert len(found) == 2
    for study in found:
        assert study.direction.name == "MAXIMIZE"
        tame = [t for t in study.trials if 1e-3 < t.params["learning_rate"] < 0.03]
        for trial in tame[:2]:
            model = train_again(split, trial.params["learning_rate"], 5)
            assert "valid" in part_of(trial.value, model, split)


def test_09_each_worker_scores_on_the_validation_part(read, split):
    record = read("09")
    runs = [run for run in record.runs.values() if "auc" in run.data.metrics]
    assert len(runs) >= 20
    for run in runs[:: len(runs) // 4]:
        rate = float(run.data.params["learning_rate"])
        trees = HistGradientBoostingClassifier(
            learning_rate=rate, max_iter=30, random_state=1
        ).fit(split.x_train, split.y_train)
        found = {}
        for part in PARTS:
            events, labels = (getattr(split, f"{axis}_{part}") for axis in "xy")
            scores = trees.predict_proba(events)[:, 1]
            found[part], _ = metrics.auc_with_error(labels, scores)
        assert run.data.metrics["auc"] == pytest.approx(found["valid"], abs=5e-4)
        assert run.data.metrics["auc"] != pytest.approx(found["train"], abs=5e-4)


def test_09_each_trial_has_one_run(read):
    record = read("09")
    for experiment in record.experiments:
        runs = mlflow.MlflowClient().search_runs([experiment], max_results=500)
        trials = [run.data.tags["trial"] for run in runs if "trial" in run.data.tags]
        assert len(trials) == len(set(trials))
