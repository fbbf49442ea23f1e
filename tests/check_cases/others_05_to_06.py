"""Answers that a reader might give to the exercises of notebook(s) 05, 06."""

import mlflow
import numpy as np
import pandas as pd


NAMES = ("seed", "data_sha256", "valid_auc")


def log(train=lambda h: h["loss"], valid=lambda h: h["val_loss"], step=lambda e, n: e):
    """Log both losses, with a slip in the values or in the steps."""

    def log_history(history):
        for name, values in (("train_loss", train), ("valid_loss", valid)):
            some = values(history)
            for epoch, value in enumerate(some):
                mlflow.log_metric(name, value, step=step(epoch, len(some)))

    return log_history


def as_params(history):
    mlflow.log_params(
        {"train_loss": history["loss"], "valid_loss": history["val_loss"]}
    )


def by_order(history):
    for name, values in zip(
        ("train_loss", "valid_loss"), history.values(), strict=False
    ):
        for epoch, value in enumerate(values):
            mlflow.log_metric(name, value, step=epoch)


def everything(history):
    log()(history)
    for name, values in history.items():
        mlflow.log_metric(name, values[-1])


def nested(history):
    with mlflow.start_run(nested=True):
        log()(history)


def pops(history):
    values = {"train_loss": history.pop("loss"), "valid_loss": history.pop("val_loss")}
    for name, some in values.items():
        for epoch, value in enumerate(some):
            mlflow.log_metric(name, value, step=epoch)


def digests(run):
    return [used.dataset.digest for used in run.inputs.dataset_inputs]


def repeat(rule):
    return lambda run, digest: rule(run.data.params, digests(run), digest)


GROWING = []


def grows(run):
    GROWING.extend(one for one in NAMES if one not in {**run.data.params})
    return GROWING


def lacks(rule):
    return lambda run: rule(run.data.params, run.data.metrics)


def sorts(history):
    history.sort(key=lambda point: point.value)
    return history[0].step


AUC, SIZE = "metrics.valid_auc > 0.9", "params.batch_size = '128'"


WRONG = {
    "5.1": [
        log(train=lambda h: h["loss"][:-1]),
        log(valid=lambda h: [round(one, 4) for one in h["val_loss"]]),
        log(train=lambda h: h["loss"][::-1]),
        log(step=lambda epoch, count: count - epoch),
        log(step=lambda epoch, count: 2 * epoch),
        log(train=lambda h: next(iter(h.values()))),
        log(valid=lambda h: [v for k, v in h.items() if k.startswith("val")][0]),
        as_params,
        by_order,
        everything,
        nested,
        pops,
        lambda history: mlflow.log_metrics({"train_loss": 1.0, "valid_loss": 1.0}),
    ],
    "5.2": [
        f"{AUC} and params.batch_size != '64'",
        f"{AUC} and params.batch_size LIKE '%128%'",
        f"{AUC} and params.batch_size IN ('128', '129')",
        f"{SIZE} and metrics.valid_auc > 0.89",
        f"{SIZE} and metrics.valid_auc != 0.9",
        f"{SIZE} and metrics.valid_auc > 0.9 and metrics.valid_auc < 1",
        f"{AUC}, {SIZE}",
        f"{AUC} && {SIZE}",
        f"{SIZE} and metrics.valid_auc < 0.9",
        f"{SIZE} and metrics.train_auc > 0.9",
        f"{AUC} and params.batch_size ILIKE '128.%'",
        "",
        [AUC, SIZE],
    ],
    "5.3": [
        repeat(lambda params, used, digest: "seed" in params or digest in used),
        repeat(lambda params, used, digest: "seed" in params and used == [digest]),
        repeat(lambda params, used, digest: "seed" in params and bool(used)),
        repeat(lambda params, used, digest: "seed" in params and used[-1:] == [digest]),
        repeat(
            lambda params, used, digest: params.get("seed") == "1" and digest in used
        ),
        repeat(lambda params, used, digest: digest in used and len(params) > 0),
        repeat(lambda params, used, digest: "seed" in params and digest == "5eed"),
        repeat(lambda params, used, digest: "seed" in params and digest in used[:1]),
        repeat(lambda params, used, digest: ("seed" in params, digest in used)),
        repeat(
            lambda params, used, digest: (
                "seed" in params and any(one.startswith(digest) for one in used)
            )
        ),
        repeat(
            lambda params, used, digest: (
                any(name.lower() == "seed" for name in params) and digest in used
            )
        ),
        lambda run, digest: "seed" in run.data.metrics and digest in digests(run),
    ],
    "6.1": [
        ({"log_models": False},),
        ({"checkpoint": False},),
        ({"log_models": True, "checkpoint": True},),
        ({"log_models": "False", "checkpoint": "False"},),
        ({"log_models": 0, "checkpoint": 0},),
        ({"log_models": None, "checkpoint": None},),
        ({"log_model": False, "checkpoint": False},),
        ({"log_models": False, "checkpoints": False},),
        ({"log_models", "checkpoint"},),
        ([("log_models", False), ("checkpoint", False)],),
        ({"log_models": False, "checkpoint": False, "log_datasets": False},),
    ],
    "6.2": [
        lacks(lambda params, metrics: [n for n in NAMES[:2] if n not in params]),
        lacks(
            lambda params, metrics: [n for n in NAMES if n not in {**params, **metrics}]
        ),
        lacks(
            lambda params, metrics: [n for n in NAMES[:2] if not int(params.get(n, 0))]
        ),
        lacks(lambda params, metrics: len([n for n in NAMES[:2] if n not in params])),
        lacks(lambda params, metrics: [n in params for n in NAMES]),
        lacks(lambda params, metrics: {n for n in NAMES if n not in params}),
        lacks(
            lambda params, metrics: (
                [n for n in NAMES[:2] if n not in params]
                + [n for n in NAMES[2:] if not metrics.get(n)]
            )
        ),
        lacks(
            lambda params, metrics: (
                [n for n in NAMES[:2] if n not in params]
                or [n for n in NAMES[2:] if n not in metrics]
            )
        ),
        grows,
        lambda run: [n for n in NAMES if n not in run.data.tags],
        lambda run: [n for n in NAMES if n in run.data.params],
    ],
    "6.3": [
        lambda history: min(history, key=lambda point: point.step).step,
        lambda history: max(history, key=lambda point: point.value).step,
        lambda history: min(history, key=lambda point: point.timestamp).step,
        lambda history: min(point.value for point in history),
        lambda history: history[-1].step,
        lambda history: str(min(history, key=lambda point: point.value).step),
        lambda history: min(history, key=lambda point: point.value).step + 1,
        lambda history: min(history, key=lambda point: round(point.value, 3)).step,
        lambda history: [point.step for point in history if point.value < 0.31],
        lambda history: min(history, key=lambda point: point.value).timestamp,
        sorts,
    ],
}
RIGHT = {
    "5.1": [
        log(train=lambda h: [*map(float, h["loss"])]),
        log(valid=lambda h: np.array(h["val_loss"])),
        lambda history: [
            mlflow.log_metrics({"train_loss": one, "valid_loss": two}, step=epoch)
            for epoch, (one, two) in enumerate(
                zip(history["loss"], history["val_loss"], strict=True)
            )
        ],
    ],
    "5.2": [f"{SIZE} AND {AUC}", f"  {AUC}   and  {SIZE} ", f"{AUC} and {SIZE}"],
    "5.3": [
        repeat(
            lambda params, used, digest: used.count(digest) > 0 and "seed" in params
        ),
        repeat(
            lambda params, used, digest: bool({digest} & {*used} and "seed" in params)
        ),
    ],
    "6.2": [
        lambda run: (
            [*{"seed", "data_sha256"} - {*run.data.params}]
            + [*{"valid_auc"} - {*run.data.metrics}]
        )
    ],
    "6.3": [
        lambda history: int(pd.Series({p.step: p.value for p in history}).idxmin()),
        lambda history: min((point.value, point.step) for point in history)[1],
    ],
}
