"""The record of notebooks 07 and 08: figures, numbers, nights and model versions."""

import mlflow
import numpy as np
import pytest
from scipy.stats import ks_2samp
from sklearn.model_selection import train_test_split

from helpers import data, metrics
from tests.record.reading import last_of, loss_of, part_of, pictures, tame, train_again


def trained_in_07(record):
    runs = [r for r in record.runs.values() if r.info.run_name.startswith("rate ")]
    assert len(runs) == 3
    return runs


def test_07_each_run_has_its_own_figures(read):
    for run in trained_in_07(read("07")):
        found = pictures(read("07"), run)
        assert set(found) == {"loss.png", "roc.png"}
        for image in found.values():
            # Each picture carries the learning rate of the run it was drawn for.
            rate = run.data.params["learning_rate"]
            assert image.text["Description"] == f"learning rate {rate}"


def test_07_the_comparison_is_a_figure_of_its_own_run(read):
    record = read("07")
    assert set(pictures(record, record.named("comparison"))) == {"roc.png"}


def test_07_the_numbers_of_a_run_are_those_of_its_scores(read, split):
    record = read("07")
    for run in trained_in_07(record):
        table = record.client.load_table(
            run.info.experiment_id, "scores.json", [run.info.run_id]
        )
        assert np.array_equal(table["gamma"], split.y_valid)
        assert sorted(record.history(run, "val_loss")) == list(range(8))
        loss = loss_of(split.y_valid, table["score"].to_numpy())
        assert last_of(record, run, "val_loss") == pytest.approx(loss, abs=1e-3)
        for share in (0.01, 0.02, 0.05, 0.1, 0.2):
            kept = metrics.signal_efficiency(split.y_valid, table["score"], share)
            logged = run.data.metrics[f"eff_at_{100 * share:02.0f}"]
            assert logged == pytest.approx(kept, abs=1e-3)


def test_07_seeds_and_rates_are_those_of_the_training(read, split):
    record = read("07")
    runs = [r for r in record.runs.values() if r.info.run_name.startswith("seed ")]
    assert len(runs) == 8
    for run in runs:
        seed, rate = run.data.params["seed"], run.data.params["learning_rate"]
        assert run.info.run_name == f"seed {seed}, rate {rate}"
    kept = {run.data.metrics["eff_at_01"] for run in runs}
    assert len(kept) == 8
    run = record.named("seed 2, rate 0.01")
    model = train_again(split, 0.01, 8, seed=2)
    share = metrics.signal_efficiency(split.y_valid, model.predict(split.x_valid), 0.01)
    assert run.data.metrics["eff_at_01"] == pytest.approx(share, abs=5e-3)


def test_07_figures_of_the_search_belong_to_the_parent(read, split):
    record = read("07")
    ((parent_id, children),) = record.children().items()
    assert len(children) >= 5
    assert len(pictures(record, record.runs[parent_id], "optuna")) >= 2
    for child in children:
        assert "valid_auc" in child.data.metrics
        assert record.client.list_artifacts(child.info.run_id) == []
    for child in tame(children, "learning_rate"):
        rate, units = child.data.params["learning_rate"], child.data.params
        model = train_again(split, float(rate), 2, (int(units["hidden_units"]),))
        assert "valid" in part_of(child.data.metrics["valid_auc"], model, split)


def parts_of_08():
    """Split the events as notebook 08 states it, without its code."""
    events = data.load_events().drop_duplicates()
    gamma = events["class"] == "g"  # of text, scikit-learn draws other events
    options = {"test_size": 0.4, "random_state": 42, "stratify": gamma}
    _, rest = train_test_split(events, **options)
    options |= {"test_size": 0.5, "stratify": gamma[rest.index]}
    return train_test_split(rest, **options)


def test_08_each_version_is_a_model_with_names_and_predicts(read):
    record = read("08")
    (experiment,) = record.experiments
    found = record.client.search_model_versions(f"name='gamma-hadron-{experiment}'")
    versions = {version.description: version for version in found}
    assert {"first", "twin", "challenger"} <= set(versions)
    assert len(versions) == len(found)
    for name, version in versions.items():
        assert record.runs[version.run_id].info.run_name == f"deliver {name}"
        info = mlflow.models.get_model_info(f"models:/{version.name}/{version.version}")
        assert info.signature.inputs.input_names() == list(data.FEATURES)
    champion = record.client.get_model_version_by_alias(found[0].name, "champion")
    assert champion.description == "challenger"


def test_08_the_nights_are_scored_by_the_first_model(read):
    record = read("08")
    valid, later = parts_of_08()
    (experiment,) = record.experiments
    found = record.client.search_model_versions(f"name='gamma-hadron-{experiment}'")
    (first,) = (version for version in found if version.description == "first")
    model = mlflow.pyfunc.load_model(f"models:/{first.name}/{first.version}")

    def score(events):
        return model.predict(events[list(data.FEATURES)])

    nights = record.named("nights")
    mispointed = data.mispoint(later.iloc[1400:2100], shift=100)
    for step, events in ((1, later.iloc[:700]), (3, mispointed)):
        scores, labels = score(events), (events["class"] == "g").to_numpy()
        auc, error = metrics.auc_with_error(labels, scores)
        gate, _ = metrics.auc_with_error(valid["class"] == "g", score(valid))
        expected = {"auc": auc, "lost": (gate - auc) / error}
        expected["precision"] = labels[scores > 0.5].mean()
        expected["scores"] = ks_2samp(score(valid), scores).statistic
        pairs = [ks_2samp(valid[name], events[name]) for name in data.FEATURES]
        expected["features"] = max(pair.statistic for pair in pairs)
        for name, value in expected.items():
            assert record.history(nights, name)[step] == pytest.approx(value, abs=1e-3)
    assert sorted(record.history(nights, "auc")) == [1, 2, 3, 4]
    following = record.named("nights that follow")
    assert sorted(record.history(following, "auc")) == [5, 6, 7]


def test_08_the_scores_of_the_search_are_of_the_validation_part(read, split):
    record = read("08")
    children = record.children()[record.named("search").info.run_id]
    for run in tame(children, "learning_rate")[:2]:
        rate, units = run.data.params["learning_rate"], run.data.params["units"]
        model = train_again(split, float(rate), 5, (int(units),))
        assert "valid" in part_of(run.data.metrics["auc"], model, split)
