"""Exercises of notebook 06, autologging."""

from collections.abc import Callable

from mlflow.entities import Metric

from helpers.checks.notebook_05 import made_run
from helpers.checks.verdict import call, exercise


@exercise
def exercise_6_1(options: dict) -> str | None:
    """Arguments of autolog for a search: numbers only."""
    if not isinstance(options, dict):
        return 'a dictionary is asked for: {"log_models": ..., and so on}.'
    if any(value is ... for value in options.values()):
        return "some dots are left: each of the two wants True or False."
    if options.get("disable"):
        return "disable=True switches the numbers off too."
    unknown = sorted(set(options) - {"log_models", "checkpoint", "disable"})
    if unknown:
        return f"leave {', '.join(unknown)} out: the two named switches suffice."
    for name, hint in [
        ("log_models", "200 models are still stored: look at log_models."),
        ("checkpoint", "checkpoints are still written: look at checkpoint."),
    ]:
        if options.get(name, True) is not False:
            return hint
    return None


@exercise
def exercise_6_2(lacks: Callable) -> str | None:
    """Name what a run lacks: seed, data_sha256, valid_auc."""
    for params, metrics, missing, hint in [
        (
            ["epochs"],
            ["loss"],
            {"seed", "data_sha256", "valid_auc"},
            "a run of autolog alone lacks all three.",
        ),
        (
            ["seed", "data_sha256"],
            ["valid_auc"],
            set(),
            "a run that has all three lacks nothing: return an empty list. "
            "valid_auc is looked for in run.data.metrics.",
        ),
        (["seed"], ["valid_auc"], {"data_sha256"}, "a seed alone is not enough."),
        (["seed", "data_sha256"], ["loss"], {"valid_auc"}, "its valid_auc is missing."),
        (
            ["seed", "data_sha256", "valid_auc"],
            ["train_auc"],
            {"valid_auc"},
            "valid_auc is asked for among the metrics, by its whole name.",
        ),
        (
            ["epochs"],
            ["valid_auc", "seed"],
            {"seed", "data_sha256"},
            "seed is asked for among the parameters, not in a note or a metric.",
        ),
        (
            ["split_seed", "data_sha256"],
            ["valid_auc"],
            {"seed"},
            "split_seed is not seed.",
        ),
    ]:
        note = "seed and data_sha256" if "seed" in metrics else ""
        run = made_run(
            dict.fromkeys(params, "1"), dict.fromkeys(metrics, 0.9), note=note
        )
        answer = call(lacks, run)
        if isinstance(answer, str):
            return "a list of names is asked for, also when one name is missing."
        if not missing and set(answer) == {"seed", "data_sha256", "valid_auc"}:
            return "your list names what is there; name what is missing."
        if set(answer) != missing:
            return f"{hint} Your list: {sorted(answer)}"
    return None


@exercise
def exercise_6_3(best_epoch: Callable) -> str | None:
    """Step of the lowest value; the points are not in order."""
    points = {4: 0.33, 0: 0.41, 3: 0.30, 1: 0.34, 2: 0.36}
    history = [Metric("val_loss", value, 0, step) for step, value in points.items()]
    answer = call(best_epoch, history)
    if isinstance(answer, Metric):
        return "that is the point; return its .step."
    if answer == min(points.values()):
        return "that is the lowest value; its epoch is asked for."
    if answer == 3:
        return None
    return {
        2: "that is not the step of the lowest value: return that point's own .step, "
        "not its place in the list.",
        1: "that is the first valley; a later epoch is lower.",
        0: "that is the epoch of the highest loss; a loss is good when it is low.",
        4: "that is not the step of the lowest value: the loss was lower at another.",
    }.get(answer, "find the point with the lowest .value, then return its .step.")
