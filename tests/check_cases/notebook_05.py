"""Answers to the exercises of notebook 05: right, wrong with its hint, untouched."""

import mlflow


def by_epoch(train="loss", valid="val_loss", first=0, stop=None, **names):
    """A function that logs a history, with one slip if asked to."""

    def log_history(history):
        epochs = range(len(history["loss"]))[:stop]
        for epoch in epochs:
            step = epoch + first
            name = names.get("name", "valid_loss")
            mlflow.log_metric("train_loss", history[train][epoch], step=step)
            mlflow.log_metric(name, history[valid][epoch], step=step)

    return log_history


def both_at_once(history):
    for epoch, (train, valid) in enumerate(
        zip(history["loss"], history["val_loss"], strict=True)
    ):
        mlflow.log_metrics({"train_loss": train, "valid_loss": valid}, step=epoch)


def without_step(history):
    for train, valid in zip(history["loss"], history["val_loss"], strict=True):
        mlflow.log_metrics({"train_loss": train, "valid_loss": valid})


def in_a_new_run(history):
    with mlflow.start_run():
        both_at_once(history)


def and_ends_the_run(history):
    both_at_once(history)
    mlflow.end_run()


def digests(run):
    return [used.dataset.digest for used in run.inputs.dataset_inputs]


def can_repeat(run, digest):
    return "seed" in run.data.params and digest in digests(run)


def seed_by_value(run, digest):
    seed = int(run.data.params.get("seed", 0))
    return bool(seed) and digest in digests(run)


RIGHT = [
    ("5.1", (by_epoch(),)),
    ("5.1", (both_at_once,)),
    ("5.2", ("metrics.valid_auc > 0.9 and params.batch_size = '128'",)),
    ("5.2", ('params.batch_size = "128" AND metrics.valid_auc > 0.9',)),
    ("5.3", (can_repeat,)),
]

# exercise, answer, what its own hint says
WRONG = [
    (
        "5.1",
        (by_epoch(valid="loss"),),
        "(1, 0.56), (2, 0.47)] is right, yours gives [(0, 0.6), (1, 0",
    ),
    (
        "5.1",
        (by_epoch("val_loss", "loss"),),
        "0.6), (1, 0.5), (2, 0.4)] is right, yours gives [(0, 0.65), (1,",
    ),
    (
        "5.1",
        (without_step,),
        "train_loss as (step, value): [(0, 0.6), (1, 0.5), (2, 0.4)] is right",
    ),
    ("5.1", (by_epoch(first=1),), "(2, 0.4)] is right, yours gives [(1, 0.6)"),
    (
        "5.1",
        (by_epoch(stop=1),),
        "0.6), (1, 0.5), (2, 0.4)] is right, yours gives [(0, 0.6)].",
    ),
    (
        "5.1",
        (by_epoch(name="val_loss"),),
        "(1, 0.56), (2, 0.47)] is right, yours gives none, but val_loss as (",
    ),
    ("5.1", (in_a_new_run,), "neither start nor end one"),
    ("5.1", (and_ends_the_run,), "neither start nor end one"),
    (
        "5.1",
        (lambda history: None,),
        "0.6), (1, 0.5), (2, 0.4)] is right, yours gives none.",
    ),
    ("5.1", (lambda history: history["valid"],), "KeyError"),
    (
        "5.2",
        ("metrics.valid_auc > 0.9 and params.batch_size = 128",),
        "expected a quoted string value",
    ),
    ("5.2", ("metrics.valid_auc > '0.9'",), "expected numeric value type for metric"),
    ("5.2", ("valid_auc > 0.9 and batch_size = '128'",), "say what it is"),
    (
        "5.2",
        ("metrics.valid_auc > 0.9",),
        "It also finds a run with valid_auc 0.95 and",
    ),
    (
        "5.2",
        ("params.batch_size = '128'",),
        "It also finds a run with valid_auc 0.85 and",
    ),
    (
        "5.2",
        ("metrics.auc > 0.9 and params.batch_size = '128'",),
        "it misses a run with valid_auc 0.95 and batch_size 128",
    ),
    ("5.2", ("metrics.valid_auc > 0.9 or params.batch_size = '128'",), "MLflow says"),
    (
        "5.2",
        ("metrics.valid_auc >= 0.9 and params.batch_size = '128'",),
        "It also finds a run with valid_auc 0.9 and b",
    ),
    (
        "5.2",
        ("metrics.valid_auc >= 0.91 and params.batch_size = '128'",),
        "It misses a run with valid_auc 0.9000000001",
    ),
    (
        "5.2",
        ("metrics.valid_auc > 0.9 and params.batch_size LIKE '12_'",),
        "It also finds a run with valid_auc 0.95 and",
    ),
    ("5.2", ("params.valid_auc > 0.9 and params.batch_size = '128'",), "was measured"),
    (
        "5.2",
        ("metrics.valid_auc > 0.9 and params.batch_size LIKE '128%'",),
        "It also finds a run with valid_auc 0.95 and",
    ),
    (
        "5.2",
        (
            "metrics.valid_auc > 0.9 and params.batch_size = '128' "
            "and attributes.status = 'FINISHED'",
        ),
        "It misses a run with valid_auc 0.9000000001",
    ),
    ("5.2", (0.9,), "A filter, a text between quotes, is asked fo"),
    (
        "5.3",
        (
            lambda run, digest: (
                "seed" in run.data.params
                and any(
                    digest in (used.dataset.name, used.dataset.digest)
                    for used in run.inputs.dataset_inputs
                )
            ),
        ),
        "False is right, yours gives True",
    ),
    (
        "5.3",
        (lambda run, digest: digest in digests(run),),
        "st='5eed5eed5eed5eed0': False is right, yours gives True.",
    ),
    (
        "5.3",
        (lambda run, digest: "seed" in run.data.params,),
        "digest='0dd': False is right, yours gives True.",
    ),
    (
        "5.3",
        (lambda run, d: "seed" in run.data.params and digests(run)[0] == d,),
        "IndexError",
    ),
    (
        "5.3",
        (lambda run, d: "seed" in run.data.params and digests(run)[:1] == [d],),
        "est='5eed5eed5eed5eed0': True is right, yours gives False.",
    ),
    (
        "5.3",
        (lambda run, d: run.data.params["seed"] != "" and d in digests(run),),
        "KeyError",
    ),
    (
        "5.3",
        (seed_by_value,),
        "For a run with parameters {'seed': 'None'} and data sets ['5ee",
    ),
    (
        "5.3",
        (lambda run, d: "seed" in str(run.data.params) and d in digests(run),),
        "st='5eed5eed5eed5eed0': False is right, yours gives True.",
    ),
    (
        "5.3",
        (lambda run, d: "seed" in run.data.params and d in str(digests(run)),),
        "st='5eed5eed5eed5eed0': False is right, yours gives True.",
    ),
    ("5.3", (lambda run, digest: None,), "`return` missing"),
]

UNTOUCHED = [
    ("5.1", (lambda history: ...,)),
    ("5.2", (...,)),
    ("5.3", (lambda run, digest: ...,)),
]
