"""Answers that a reader might give to the exercises of notebook(s) 07, 08, 09."""

import json
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from optuna.trial import TrialState
from helpers.data import FEATURES
from tests.check_cases.notebook_07 import NAME, RATE
from tests.check_cases.notebook_08 import gate


def draw(options=None, names=("loss", "val_loss"), label=str, **axes_options):
    """Draw what is there, with a slip in the values, labels or axes."""

    def loss_figure(history):
        figure, axes = plt.subplots()
        for name in names:
            if name in history:
                values = (options or (lambda one: one))(history[name])
                axes.plot(values, label=label(name))
        axes.set(**{"xlabel": "epoch", "ylabel": "loss"} | axes_options)
        return figure

    return loss_figure


def same_figure(history):
    plt.figure("losses")
    for name in ("loss", "val_loss"):
        if name in history:
            plt.plot(history[name], label=name)
    plt.gca().set(xlabel="epoch", ylabel="loss")
    return plt.gcf()


def whole_history(history):
    figure, axes = plt.subplots()
    for name, values in history.items():
        axes.plot(values, label=name)
    axes.set(xlabel="epoch", ylabel="loss")
    return figure


def up_side_down(history):
    figure, axes = plt.subplots()
    for name in ("loss", "val_loss"):
        if name in history:
            axes.plot(history[name], range(len(history[name])), label=name)
    axes.set(xlabel="epoch", ylabel="loss")
    return figure


def shown(history):
    draw()(history)
    plt.show()
    return plt.gcf()


def cut(rule):
    return lambda labels, scores, share: rule(scores[labels == 1], scores, share)


def best(rule):
    return lambda table: rule(table, table[RATE])


def fills(table):
    table[RATE] = table[RATE].fillna(0)
    return table.loc[table[RATE].idxmax(), NAME]


def body(table, **more):
    return json.dumps({"dataframe_split": table.to_dict(orient="split"), **more})


def request(rule):
    return lambda events: rule(events[list(FEATURES)])


def drops_class(events):
    return body(events.drop(columns="class"))


def without_class(events):
    events.drop(columns="class", errors="ignore", inplace=True)
    return body(events)


def queue(study, *states):
    return [
        trial.user_attrs["asked"]
        for trial in study.trials
        if "asked" in trial.user_attrs and (not states or trial.state in states)
    ]


def missing(study):
    return sorted(set(queue(study)) - set(queue(study, TrialState.COMPLETE)))


FOUND = []


def reuses(study):
    FOUND[:] = missing(study)
    return FOUND


def by_range(study):
    done = queue(study, TrialState.COMPLETE)
    return [k for k in range(max(queue(study)) + 1) if k not in done]


def latest_state(study):
    states = {}
    for trial in study.trials:
        if "asked" in trial.user_attrs:
            states[trial.user_attrs["asked"]] = trial.state
    return sorted(k for k, state in states.items() if state != TrialState.COMPLETE)


def first_state(study):
    states = {}
    for trial in study.trials:
        if "asked" in trial.user_attrs:
            states.setdefault(trial.user_attrs["asked"], trial.state)
    return sorted(k for k, state in states.items() if state != TrialState.COMPLETE)


def finished(study):
    done = queue(study, TrialState.COMPLETE, TrialState.PRUNED)
    return sorted(set(queue(study)) - set(done))


WRONG = {
    "7.1": [
        draw(options=lambda values: values[1:]),
        draw(options=np.log10),
        draw(options=sorted),
        draw(names=("val_loss", "loss", "accuracy", "auc", "val_auc")),
        draw(label=lambda name: "loss"),
        draw(label=lambda name: ""),
        draw(label={"loss": "validation", "val_loss": "training"}.get),
        draw(xlabel="loss", ylabel="epoch"),
        draw(ylabel=""),
        same_figure,
        whole_history,
        up_side_down,
        shown,
        lambda history: draw()(history).axes,
        lambda history: plt.plot(history["loss"]),
    ],
    "7.2": [
        cut(lambda gammas, scores, share: np.quantile(gammas, 1 - share**2)),
        cut(lambda gammas, scores, share: np.sort(gammas)[::-1][int(share * 500)]),
        cut(lambda gammas, scores, share: gammas.max() * (1 - share)),
        cut(lambda gammas, scores, share: np.percentile(gammas, 1 - share)),
        cut(lambda gammas, scores, share: share),
        cut(lambda gammas, scores, share: gammas.mean() - share * gammas.std()),
        cut(lambda gammas, scores, share: np.quantile(gammas, 0.2)),
        cut(lambda gammas, scores, share: round(np.quantile(gammas, 1 - share), 1)),
        cut(lambda gammas, scores, share: gammas[int((1 - share) * len(gammas))]),
        cut(lambda gammas, scores, share: [np.quantile(gammas, 1 - share)]),
        cut(lambda gammas, scores, share: gammas > np.quantile(gammas, 1 - share)),
    ],
    "7.3": [
        best(lambda table, rates: table[NAME].iloc[rates.argmax() - 1]),
        best(lambda table, rates: table[NAME].iloc[-1]),
        best(lambda table, rates: table.sort_values(RATE)[NAME].iloc[0]),
        best(lambda table, rates: table.sort_values(RATE)[NAME].iloc[-1]),
        best(lambda table, rates: table[NAME][0]),
        best(lambda table, rates: table.loc[table["metrics.auc"].idxmax(), NAME]),
        best(lambda table, rates: table.dropna().sort_values(RATE)[NAME].iloc[-1]),
        best(lambda table, rates: rates.idxmax()),
        best(lambda table, rates: table[NAME].max()),
        best(lambda table, rates: table[NAME][rates == rates.max()]),
        best(lambda table, rates: table[NAME][rates > 0.3003].iloc[0]),
        fills,
    ],
    "8.1": [
        request(lambda table: body(table.round(1))),
        request(lambda table: body(table.astype(str))),
        request(lambda table: body(table.T)),
        request(lambda table: body(table, params={})),
        request(lambda table: body(table).encode()),
        request(lambda table: table.to_json(orient="split")),
        request(lambda table: body(table[::-1])),
        request(lambda table: json.dumps({"inputs": table.to_numpy().tolist()})),
        request(lambda table: json.dumps([json.loads(body(table))])),
        request(lambda table: json.dumps(body(table))),
        request(lambda table: body(table.iloc[:, :9])),
        request(lambda table: body(table.abs())),
        drops_class,
        without_class,
    ],
    "8.2": [
        gate(lambda new, old: new > 1 or old >= -1),
        gate(lambda new, old: new >= 1 and old >= -1),
        gate(lambda new, old: new > 1 and old > -1),
        gate(lambda new, old: new > 1 and old >= 1),
        gate(lambda new, old: new > 2 and old >= -1),
        gate(lambda new, old: old > 1 and new >= -1),
        gate(lambda new, old: abs(new) > 1 and old >= -1),
        gate(lambda new, old: new > 1 and old <= 1),
        gate(lambda new, old: "yes" if new > 1 and old >= -1 else "no"),
        gate(lambda new, old: (new > 1, old >= -1)),
        lambda new, old: new[0] > new[2] + 0.004 and old[0] >= old[2] - 0.004,
        lambda new, old: new[0] > new[2] * (1 + new[1]) and old[0] >= old[2] - old[1],
        lambda new, old: new[0] > old[2] + new[1] and old[0] >= new[2] - old[1],
    ],
    "8.3": [
        ("nothing", "move the threshold", "retrain"),
        ("retrain", "nothing", "move the threshold"),
        ("move the threshold", "retrain", "nothing"),
        ("nothing", "nothing", "nothing"),
        ("retrain", "retrain", "retrain"),
        ("nothing", "retrain", "nothing"),
        ("", "", ""),
        (None, "retrain", "move the threshold"),
        ("nothing", "repair", "move the threshold"),
        (["nothing"], ["retrain"], ["move the threshold"]),
    ],
    "9.1": [
        by_range,
        reuses,
        latest_state,
        first_state,
        finished,
        lambda study: sorted(set(queue(study, TrialState.FAIL, TrialState.WAITING))),
        lambda study: list(
            dict.fromkeys(k for k in queue(study) if k in missing(study))
        ),
        lambda study: tuple(missing(study)),
        lambda study: sorted(map(str, missing(study))),
        lambda study: sorted(queue(study, TrialState.COMPLETE)),
        lambda study: missing(study)[:1],
        lambda study: sorted(set(queue(study)) ^ set(range(len(study.trials)))),
    ],
    "9.2": [
        ("Dask", "PostgreSQL", "journal"),
        ("journal", "journal", "journal"),
        ("Dask", "Dask", "Dask"),
        ("PostgreSQL", "journal", "Dask"),
        ("journal", "Dask", "PostgreSQL"),
        ("sqlite", "PostgreSQL", "Dask"),
        ("journal", "PostgreSQL", "dask."),
        (None, None, None),
        ("Dask", "PostgreSQL", "Dask"),
        ("", "PostgreSQL", "Dask"),
    ],
}
RIGHT = {
    "7.1": [
        draw(label={"loss": "training", "val_loss": "validation"}.get),
        draw(label={"loss": "train", "val_loss": "test"}.get, title="losses"),
        draw(xlabel="Epoch", ylabel="Loss (binary crossentropy)"),
    ],
    "7.2": [
        cut(
            lambda gammas, scores, share: np.quantile(gammas, 1 - share, method="lower")
        ),
        cut(lambda gammas, scores, share: pd.Series(gammas).quantile(1 - share)),
        cut(lambda gammas, scores, share: -np.quantile(-gammas, share)),
    ],
    "7.3": [
        best(lambda table, rates: table[NAME][rates == rates.max()].iloc[0]),
        best(
            lambda table, rates: table.fillna({RATE: -1}).set_index(NAME)[RATE].idxmax()
        ),
        best(
            lambda table, rates: max(zip(rates.fillna(0), table[NAME], strict=True))[1]
        ),
    ],
    "8.1": [
        request(lambda table: body(table.reset_index(drop=True))),
        request(lambda table: body(table.astype(float))),
        request(lambda table: body(table[sorted(FEATURES)])),
    ],
    "8.2": [
        gate(lambda new, old: np.bool_(new > 1) & np.bool_(old >= -1)),
        gate(lambda new, old: False if new <= 1 else old >= -1),
    ],
    "9.1": [
        lambda study: [*np.unique(missing(study))] if missing(study) else [],
        lambda study: [k for k in sorted({*queue(study)}) if k in missing(study)],
    ],
}
