"""Right answers in other styles: loops, vectors, pandas, numpy types, objects."""

import io
import json
import statistics

import keras
import matplotlib.pyplot as plt
import mlflow
import numpy as np
import optuna
import pandas as pd
from matplotlib.figure import Figure
from mlflow import log_metric
from mlflow.entities import Metric
from sklearn.metrics import roc_auc_score, roc_curve

from helpers import data
from tests.check_cases.notebook_02 import case_2_3, made_study

FEATURES = list(data.FEATURES)
ALPHA, RATE, NAME = "fAlpha", "metrics.eff_at_01", "tags.mlflow.runName"


def of(function):
    """Return the same function as an object that can be called."""

    class Callable:
        def __call__(self, *arguments):
            return function(*arguments)

    return Callable()


def degrees_loop(events):
    for angle in events[ALPHA]:
        if angle > 1.6:
            return True
    return False


def decay_by_name(trial):
    value = trial.suggest_float(name="weight_decay", low=1e-6, high=0.1, log=True)
    return np.float64(value)


def decay_from_params(trial):
    trial.suggest_float("weight_decay", 10**-6, 10**-1, log=True)
    return trial.params["weight_decay"]


def edge_by_logarithm(study, low, high):
    rate = np.log(study.best_trial.params["learning_rate"] / np.array([low, high]))
    return np.any(np.abs(rate) < np.log(2))


def edge_by_table(study, low, high):
    table = study.trials_dataframe()
    rate = table.loc[table["value"].idxmax(), "params_learning_rate"]
    return bool(rate / low < 2) | bool(high / rate < 2)


def edge_by_loop(study, low, high):
    best = None
    for trial in study.trials:
        if best is None or trial.value > best.value:
            best = trial
    return not 2 * low <= best.params["learning_rate"] <= high / 2


def choose_loop(trials, error):
    best, highest = None, max(trial.values[0] for trial in trials)
    for trial in trials:
        if trial.values[0] < highest - error:
            continue
        if best is None or trial.values[1] < best.values[1]:
            best = trial
    return best


def choose_vectors(trials, error):
    aucs, sizes = np.array([trial.values for trial in trials]).T
    return trials[int(np.argmin(np.where(aucs >= aucs.max() - error, sizes, np.inf)))]


def choose_table(trials, error):
    table = pd.DataFrame([trial.values for trial in trials], columns=["auc", "size"])
    good = table[table["auc"] >= table["auc"].max() - error]
    return trials[good["size"].idxmin()]


def choose_sorted(trials, error):
    ordered = sorted(trials, key=lambda trial: trial.values[1])
    highest = max(trial.values[0] for trial in ordered)
    return next(trial for trial in ordered if trial.values[0] >= highest - error)


def taper(trial):
    widths, high = [], 128
    layers = trial.suggest_int("num_layers", 1, 4)
    while len(widths) < layers:
        high = trial.suggest_int(f"width_{len(widths) + 1}", 16, high, log=True)
        widths += [high]
    return widths


def taper_recursive(trial, k=1, high=128):
    if k > trial.suggest_int("num_layers", 1, 4):
        return []
    width = trial.suggest_int(f"width_{k}", low=16, high=high, log=True)
    return [width, *taper_recursive(trial, k + 1, width)]


def taper_numpy(trial):
    count = trial.suggest_int("num_layers", 1, 4)
    widths = np.full(count + 1, 128)
    for k in range(count):
        name = f"width_{k + 1}"
        widths[k + 1] = trial.suggest_int(name, 16, int(widths[k]), log=True)
    return list(widths[1:])


def taper_params(trial):
    trial.suggest_int("num_layers", 1, 4)
    names = [f"width_{k}" for k in range(1, trial.params["num_layers"] + 1)]
    for before, name in zip([None, *names], names, strict=False):
        high = trial.params[before] if before else 128
        trial.suggest_int(name, 16, high, log=True)
    return [trial.params[name] for name in names]


def difference(draw, spread=np.std):
    def error(labels, first, second):
        found = []
        for k in range(200):
            drawn = draw(k, len(labels))
            one = roc_auc_score(labels[drawn], first[drawn])
            found.append(one - roc_auc_score(labels[drawn], second[drawn]))
        return spread(found)

    return error


RNG = np.random.default_rng(3)


def difference_table(labels, first, second):
    table = pd.DataFrame({"y": labels, "a": first, "b": second})
    found = []
    for k in range(200):
        some = table.sample(frac=1, replace=True, random_state=k)
        found.append(
            roc_auc_score(some["y"], some["a"]) - roc_auc_score(some["y"], some["b"])
        )
    return pd.Series(found).std()


class Logger(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.rates = []

    def rate(self):
        return float(self.model.optimizer.learning_rate)

    def on_epoch_end(self, epoch, logs=None):
        self.rates.append(self.rate())


class LoggerNumpy(Logger):
    def rate(self):
        return self.model.optimizer.learning_rate.numpy()


class LoggerByPlus(Logger):
    def on_epoch_end(self, epoch, logs=None):
        value = keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)
        self.rates = self.rates + [value.item()]


class LoggerLastBatch(Logger):
    def on_epoch_end(self, epoch, logs=None):
        pass

    def on_train_batch_end(self, batch, logs=None):
        if batch == self.params["steps"] - 1:
            self.rates.append(self.rate())


class LoggerResets(Logger):
    def on_train_begin(self, logs=None):
        self.rates.clear()


class Stop(keras.callbacks.Callback):
    def __init__(self, target):
        super().__init__()
        self.target = target

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = logs["val_auc"] >= self.target


class StopWithFlag(Stop):
    def on_train_begin(self, logs=None):
        self.reached = False

    def on_epoch_end(self, epoch, logs=None):
        self.reached = self.reached or logs.get("val_auc", 0) >= self.target
        if self.reached:
            self.model.stop_training = True


class StopByEpochs(Stop):
    def on_epoch_end(self, epoch, logs=None):
        left = self.params["epochs"] - epoch
        if left and not logs["val_auc"] < self.target:
            self.model.stop_training = True


class StopAfterTest(Stop):
    def on_epoch_end(self, epoch, logs=None):
        pass

    def on_test_end(self, logs=None):
        if logs["auc"] >= self.target:
            self.model.stop_training = True


class StopWithList(keras.callbacks.Callback):
    def __init__(self, goal):
        self.goal, self.seen = np.float64(goal), []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(logs["val_auc"])
        if max(self.seen) >= self.goal:
            self.model.stop_training = True


def prune_loop(finished, running):
    values = []
    for curve in finished:
        values.append(curve[len(running) - 1])
    best = running[0]
    for value in running:
        best = value if value > best else best
    return True if best < statistics.median(values) else False


def prune_vectors(finished, running):
    return np.max(running) < np.median(np.array(finished)[:, len(running) - 1])


def prune_table(finished, running):
    middle = pd.DataFrame(finished)[len(running) - 1].median()
    return bool(pd.Series(running).max() < middle)


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


WANTED = "metrics.valid_auc > 0.9 and params.batch_size = '128'"
SWITCHES = {"log_models": False, "checkpoint": False}

STYLES = {
    "1.1": [
        degrees_loop,
        lambda events: (events[ALPHA] > np.pi / 2).any(),
        lambda events: np.max(events[ALPHA].to_numpy()) > np.float64(1.5708),
        lambda events: not events[ALPHA].between(0, 1.58).all(),
        of(lambda events: events.query("fAlpha > 2").shape[0] > 0),
        lambda events: bool(events[ALPHA].max() > 1.57),
    ],
    "2.1": [
        decay_by_name,
        decay_from_params,
        of(lambda trial: trial.suggest_float("weight_decay", 1e-6, 1e-1, log=True)),
        lambda trial: trial.suggest_float("weight_decay", 1e-6, 1e-1, log=True),
        lambda trial: trial._suggest(
            "weight_decay", optuna.distributions.FloatDistribution(1e-6, 0.1, log=True)
        ),
    ],
    "2.2": [
        edge_by_logarithm,
        edge_by_table,
        edge_by_loop,
        of(edge_by_loop),
        lambda study, low, high: any(
            0.5 < study.best_params["learning_rate"] / edge < 2 for edge in (low, high)
        ),
    ],
    "3.1": [choose_loop, choose_vectors, choose_table, choose_sorted, of(choose_loop)],
    "3.2": [taper, taper_recursive, taper_numpy, taper_params, of(taper)],
    "3.3": [
        difference(lambda k, n: RNG.integers(n, size=n)),
        difference(lambda k, n: np.random.choice(n, n), lambda d: np.std(d, ddof=1)),
        difference(
            lambda k, n: np.random.default_rng(k).choice(n, n), statistics.pstdev
        ),
        difference_table,
        of(difference(lambda k, n: np.random.RandomState(k).randint(0, n, n))),
    ],
    "4.1": [Logger, LoggerNumpy, LoggerByPlus, LoggerLastBatch, LoggerResets],
    "4.2": [Stop, StopWithFlag, StopByEpochs, StopAfterTest, StopWithList],
    "4.3": [
        prune_loop,
        prune_vectors,
        prune_table,
        of(prune_vectors),
        lambda finished, running: bool(
            max(running) < np.quantile([c[len(running) - 1] for c in finished], 0.5)
        ),
    ],
    "5.1": [log_by_loop, log_with_run_id, log_by_client, log_in_one_batch, log_table],
    "5.2": [
        WANTED,
        'params.batch_size="128" AND metrics.valid_auc>0.9',
        np.str_(WANTED),
        "metrics.`valid_auc` > 0.9 and params.`batch_size` = '128'",
        "params.batch_size LIKE '128' and metrics.valid_auc > 0.90",
    ],
    "5.3": [
        repeat_loop,
        repeat_by_client,
        of(repeat_loop),
        lambda run, digest: (
            run.data.params.get("seed") is not None
            and any(one.dataset.digest == digest for one in run.inputs.dataset_inputs)
        ),
        lambda run, digest: (
            {"seed"} <= set(run.data.params)
            and digest in {one.dataset.digest for one in run.inputs.dataset_inputs}
        ),
    ],
    "6.2": [lacks_loop, lacks_sets, lacks_series, lacks_dictionary, of(lacks_loop)],
    "6.3": [
        epoch_loop,
        epoch_vectors,
        epoch_table,
        epoch_dictionary,
        of(epoch_loop),
        lambda history: sorted(history, key=lambda point: point.value)[0].step,
    ],
    "7.1": [
        figure(lambda axes, values, name: axes.plot(values, label=name)),
        figure(points),
        figure(bars_of_error),
        figure(lambda axes, values, name: axes.stairs(values, label=name)),
        figure_by_pyplot,
        figure_by_pandas,
        two_panels,
        of(figure_by_pyplot),
    ],
    "7.2": [
        cut_by_sorting,
        cut_by_roc,
        cut_by_table,
        of(cut_by_table),
        lambda y, s, share: float(np.percentile(s[y.astype(bool)], 100 * (1 - share))),
        lambda y, s, share: np.quantile(s[y == 1], 1 - share, method="higher"),
    ],
    "7.3": [
        best_loop,
        of(best_loop),
        lambda table: table.sort_values(RATE, ascending=False)[NAME].iloc[0],
        lambda table: table.nlargest(1, RATE)[NAME].item(),
        lambda table: table[NAME].to_numpy()[np.nanargmax(table[RATE].to_numpy())],
        lambda table: np.str_(table.set_index(NAME)[RATE].idxmax()),
    ],
    "8.1": [
        request_by_hand,
        request_by_pandas,
        request_by_buffer,
        of(request_by_hand),
        lambda events: json.dumps(
            {"dataframe_split": events[FEATURES].to_dict(orient="split", index=False)},
            indent=2,
        ),
    ],
    "8.2": [
        gate_vectors,
        gate_loop,
        gate_table,
        of(gate_vectors),
        lambda new, old: not (new[0] - new[2] <= new[1] or old[2] - old[0] > old[1]),
    ],
    "9.1": [missing_loop, missing_table, missing_vectors, missing_states]
    + [of(missing_loop)],
}
VALUES = {
    "1.2": [
        (2.1,),
        (np.float64(2.1),),
        (np.float32(2.1),),
        (np.array(2.1),),
        (21 / 10,),
    ],
    "1.3": [
        ("repair", "leave", "retrain"),
        tuple(np.array(["repair", "leave", "retrain"])),
        ("REPAIR", " leave", "Retrain"),
        tuple("repair leave retrain".split()),
        tuple(pd.Series(["repair", "leave", "retrain"])),
    ],
    "2.3": [
        case_2_3(3e-3, 3e-2),
        case_2_3(np.float64(3e-3), np.float64(3e-2)),
        ([3e-3, 3e-2], made_study(), 0.004),
        (np.array([3e-3, 3e-2]), made_study(), 0.004),
        (tuple(pd.Series([3e-3, 3e-2])), made_study(), 0.004),
    ],
    "6.1": [
        (SWITCHES,),
        (dict(log_models=False, checkpoint=False),),
        (dict.fromkeys(["checkpoint", "log_models"], False),),
        (dict(zip(SWITCHES, np.zeros(2, bool), strict=True)),),
        (pd.Series(SWITCHES).to_dict(),),
    ],
    "9.2": [
        ("journal", "PostgreSQL", "Dask"),
        tuple(map(str, ["journal", "PostgreSQL", "Dask"])),
        tuple(np.array(["journal", "PostgreSQL", "Dask"])),
        tuple("journal PostgreSQL Dask".split()),
        tuple(pd.Series(["journal", "PostgreSQL", "Dask"])),
    ],
    "8.3": [
        ("nothing", "retrain", "move the threshold"),
        tuple(np.array(["nothing", "retrain", "move the threshold"])),
        ("Nothing", "retrain ", "move the  threshold"),
        tuple("nothing,retrain,move the threshold".split(",")),
        tuple(pd.Series(["nothing", "retrain", "move the threshold"])),
    ],
}
RIGHT = [(number, (one,)) for number, some in STYLES.items() for one in some]
RIGHT += [(number, one) for number, some in VALUES.items() for one in some]
