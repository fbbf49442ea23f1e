"""Right answers in many styles, to the exercises of notebooks 05 to 09."""

import io
import json

import matplotlib.pyplot as plt
import mlflow
import numpy as np
import optuna
import pandas as pd
from matplotlib.figure import Figure
from mlflow import log_metric
from mlflow.entities import Metric
from sklearn.metrics import roc_curve

from helpers import data

FEATURES = list(data.FEATURES)
ALPHA, RATE, NAME = "fAlpha", "metrics.eff_at_01", "tags.mlflow.runName"


def log_by_loop(history):
    for epoch, loss in enumerate(history["loss"]):
        log_metric("train_loss", loss, step=epoch)
        log_metric("valid_loss", history["val_loss"][epoch], step=epoch)


def log_with_run_id(history):
    run_id = mlflow.active_run().info.run_id
    for e, pair in enumerate(zip(history["loss"], history["val_loss"], strict=True)):
        values = dict(zip(["train_loss", "valid_loss"], pair, strict=True))
        mlflow.log_metrics(values, step=e, run_id=run_id)


def log_by_client(history):
    client, run = mlflow.MlflowClient(), mlflow.active_run()
    for new, old in {"train_loss": "loss", "valid_loss": "val_loss"}.items():
        for step in reversed(range(len(history[old]))):
            client.log_metric(run.info.run_id, new, history[old][step], step=step)


def log_in_one_batch(history):
    names = {"train_loss": "loss", "valid_loss": "val_loss"}
    metrics = [
        Metric(new, float(value), 0, step)
        for new, old in names.items()
        for step, value in enumerate(history[old])
    ]
    client = mlflow.MlflowClient()
    client.log_batch(mlflow.active_run().info.run_id, metrics=metrics)


def log_table(history):
    table = pd.DataFrame({"train_loss": history["loss"]})
    table["valid_loss"] = history["val_loss"]
    for row in table.itertuples():
        values = {"train_loss": row.train_loss, "valid_loss": row.valid_loss}
        mlflow.log_metrics(values, step=int(row.Index), synchronous=False)
    return table


def repeat_loop(run, digest):
    if "seed" not in run.data.params:
        return False
    for used in run.inputs.dataset_inputs:
        if used.dataset.digest == digest:
            return True
    return False


def repeat_by_client(run, digest):
    run = mlflow.get_run(run.info.run_id)
    digests = np.array([one.dataset.digest for one in run.inputs.dataset_inputs])
    return np.bool_("seed" in run.data.params) & np.any(digests == digest)


def lacks_loop(run):
    wanted = {"seed": run.data.params, "data_sha256": run.data.params}
    wanted["valid_auc"] = run.data.metrics
    missing = []
    for name, place in wanted.items():
        if place.get(name) is None:
            missing.append(name)
    return missing


def lacks_sets(run):
    missing = {"seed", "data_sha256"} - run.data.params.keys()
    return sorted(missing | ({"valid_auc"} - run.data.metrics.keys()))


def lacks_series(run):
    names = pd.Series(["seed", "data_sha256"])
    missing = list(names[~names.isin(list(run.data.params))])
    missing.extend(["valid_auc"] * ("valid_auc" not in run.data.metrics))
    return missing


def lacks_dictionary(run):
    known = run.to_dictionary()["data"]
    params = [n for n in np.array(["seed", "data_sha256"]) if n not in known["params"]]
    return params + [n for n in ["valid_auc"] if n not in known["metrics"]]


def epoch_loop(history):
    best = history[0]
    for point in history[1:]:
        if point.value < best.value:
            best = point
    return best.step


def epoch_vectors(history):
    return np.array([p.step for p in history])[np.argmin([p.value for p in history])]


def epoch_table(history):
    table = pd.DataFrame([{"step": p.step, "loss": p.value} for p in history])
    return table.set_index("step")["loss"].idxmin()


def epoch_dictionary(history):
    losses = {point.step: point.value for point in history}
    return min(losses, key=losses.get)


def figure(draw, **options):
    def loss_figure(history):
        fig, axes = plt.subplots(**options)
        for name in ("loss", "val_loss"):
            if name in history:
                draw(axes, history[name], name)
        axes.set_xlabel("epoch")
        axes.set_ylabel("loss")
        return fig

    return loss_figure


def points(axes, values, name):
    axes.scatter(range(1, len(values) + 1), values, label=name)


def bars_of_error(axes, values, name):
    axes.errorbar(range(len(values)), values, yerr=0.01, capsize=2, label=name)


def figure_by_pyplot(history):
    plt.figure()
    plt.plot(np.arange(len(history["loss"])), history["loss"], label="training")
    if history.get("val_loss"):
        plt.plot(history["val_loss"], "o--", label="validation")
    plt.xlabel("epoch")
    plt.ylabel("loss")
    plt.legend()
    return plt.gcf()


def figure_by_pandas(history):
    some = {key: history[key] for key in ("loss", "val_loss") if key in history}
    axes = pd.DataFrame(some).plot(xlabel="epoch", ylabel="loss")
    return axes.get_figure()


def two_panels(history):
    fig = Figure()
    names = [name for name in ("loss", "val_loss") if name in history]
    panels = fig.subplots(len(names), sharex=True, squeeze=False)[:, 0]
    for axes, name in zip(panels, names, strict=True):
        axes.semilogy(history[name], label=name)
        axes.set_ylabel(name)
    panels[-1].set_xlabel("epoch")
    return fig


def cut_by_sorting(labels, scores, share):
    gammas = sorted((s for y, s in zip(labels, scores, strict=True) if y), reverse=True)
    return gammas[round(share * len(gammas)) - 1]


def cut_by_roc(labels, scores, share):
    _, kept, thresholds = roc_curve(labels, scores, drop_intermediate=False)
    return thresholds[np.argmax(kept >= share)]


def cut_by_table(labels, scores, share):
    table = pd.DataFrame({"y": labels, "s": scores})
    return table.groupby("y")["s"].quantile(1 - share)[1]


def best_loop(table):
    best, name = -1, None
    for _, row in table.iterrows():
        if row[RATE] > best:
            best, name = row[RATE], row[NAME]
    return name


def request_by_hand(events):
    columns = [name for name in events.columns if name != "class"]
    rows = [[float(row[name]) for name in columns] for _, row in events.iterrows()]
    return json.dumps({"dataframe_split": {"columns": columns, "data": rows}})


def request_by_pandas(events):
    split = events[FEATURES].to_json(orient="split")
    return '{"dataframe_split": ' + split + "}"


def request_by_buffer(events):
    table = events.drop(columns="class", errors="ignore")
    buffer = io.StringIO()
    content = {"columns": list(table), "data": table.to_numpy().tolist()}
    json.dump({"dataframe_split": content}, buffer)
    return buffer.getvalue()


def gate_vectors(new, old):
    pairs = np.array([new, old])
    gains = pairs[:, 0] - pairs[:, 2]
    return (gains[0] > new[1]) & (gains[1] >= -old[1])


def gate_loop(new, old):
    for (auc, error, champion), limit in ((new, 1), (old, -1)):
        gain = (auc - champion) / error
        if gain < limit or (limit == 1 and gain == 1):
            return False
    return True


def gate_table(new, old):
    table = pd.DataFrame([new, old], columns=["auc", "error", "best"])
    signs = pd.Series([1, -1])
    difference = table["auc"] - table["best"] - signs * table["error"]
    return bool(difference[0] > 0) and bool(difference[1] >= 0)


def missing_loop(study):
    numbers, done = [], []
    for trial in study.trials:
        number = trial.user_attrs.get("asked")
        if number is None:
            continue
        numbers.append(number)
        if trial.state.name == "COMPLETE":
            done.append(number)
    return sorted(number for number in set(numbers) if number not in done)


def missing_table(study):
    table = study.trials_dataframe()
    if "user_attrs_asked" not in table:
        return []
    table = table.dropna(subset="user_attrs_asked")
    done = table.groupby("user_attrs_asked")["state"].agg(
        lambda s: "COMPLETE" in set(s)
    )
    return [int(number) for number in done[~done].index]


def missing_vectors(study):
    asked = [t for t in study.trials if "asked" in t.user_attrs]
    numbers = np.array([t.user_attrs["asked"] for t in asked], int)
    complete = np.array([t.state == t.state.COMPLETE for t in asked], bool)
    return list(np.setdiff1d(numbers, numbers[complete]))


def missing_states(study):
    states = {}
    for trial in study.get_trials(deepcopy=False):
        if "asked" in trial.user_attrs:
            states.setdefault(trial.user_attrs["asked"], set()).add(trial.state)
    return [
        k for k in sorted(states) if optuna.trial.TrialState.COMPLETE not in states[k]
    ]
