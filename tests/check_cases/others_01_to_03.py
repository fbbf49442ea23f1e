"""Answers that a reader might give to the exercises of notebook(s) 01, 02, 03."""

import numpy as np
from sklearn.metrics import roc_auc_score
from tests.check_cases.notebook_02 import case_2_3


ALPHA = "fAlpha"


def at_edge(rule):
    return lambda study, low, high: rule(study.best_params["learning_rate"], low, high)


def by_latest(study, low, high):
    rate = study.trials[-1].params["learning_rate"]
    return rate < 2 * low or rate > high / 2


def by_lowest_value(study, low, high):
    rate = min(study.trials, key=lambda trial: trial.value).params["learning_rate"]
    return rate < 2 * low or rate > high / 2


def chosen(good, key):
    return lambda trials, error: min(good(trials, error), key=key)


def good(trials, error):
    limit = max(trial.values[0] for trial in trials) - error
    return [trial for trial in trials if trial.values[0] >= limit]


def relative(trials, error):
    limit = max(trial.values[0] for trial in trials) * (1 - error)
    return [trial for trial in trials if trial.values[0] >= limit]


def twice(trials, error):
    return good(trials, 2 * error)


def weights(trial):
    return trial.values[1]


def widths(count=4, low=16, high=128, step=1, log=True, first=1, kind="suggest_int"):
    def suggest(trial):
        found, top = [], high
        options = {"log": log} if step == 1 else {"step": step}
        for k in range(trial.suggest_int("num_layers", 1, count)):
            top = getattr(trial, kind)(f"width_{k + first}", low, top, **options)
            found.append(top)
        return found

    return suggest


def sorted_afterwards(trial):
    layers = trial.suggest_int("num_layers", 1, 4)
    some = [
        trial.suggest_int(f"width_{k + 1}", 16, 128, log=True) for k in range(layers)
    ]
    return sorted(some, reverse=True)


def rising(trial):
    found = []
    for k in range(trial.suggest_int("num_layers", 1, 4)):
        low = found[-1] if found else 16
        found.append(trial.suggest_int(f"width_{k + 1}", low, 128, log=True))
    return found


def one_more(trial):
    return [*widths()(trial), 16]


def from_first(trial):
    found = []
    for k in range(trial.suggest_int("num_layers", 1, 4)):
        top = found[0] if found else 128
        found.append(trial.suggest_int(f"width_{k + 1}", 16, top, log=True))
    return found


def bootstrap(of, summary=np.std, draws=200):
    def error(labels, first, second):
        rng = np.random.default_rng(0)
        found = []
        for _ in range(draws):
            drawn = rng.integers(len(labels), size=len(labels))
            found.append(of(labels, first, second, drawn))
        return summary(found)

    return error


def aucs(labels, first, second, drawn):
    one = roc_auc_score(labels[drawn], first[drawn])
    return one - roc_auc_score(labels[drawn], second[drawn])


def total(labels, first, second, drawn):
    one = roc_auc_score(labels[drawn], first[drawn])
    return one + roc_auc_score(labels[drawn], second[drawn])


def of_mean_score(labels, first, second, drawn):
    return roc_auc_score(labels[drawn], first[drawn] - second[drawn])


def of_means(labels, first, second, drawn):
    return first[drawn].mean() - second[drawn].mean()


def exchanged(labels, first, second, drawn):
    one = roc_auc_score(labels[drawn], first[drawn])
    return one - roc_auc_score(labels[drawn], second)


WRONG = {
    "1.1": [
        lambda events: events[ALPHA].max() > 90,
        lambda events: events[ALPHA].min() > 0.1,
        lambda events: events[ALPHA].median() > 10,
        lambda events: events[ALPHA].quantile(0.1) > 2,
        lambda events: (events[ALPHA] > np.pi / 2).all(),
        lambda events: events[ALPHA].iloc[-1] > 2,
        lambda events: events[ALPHA].max() > 1,
        lambda events: "yes" if events[ALPHA].max() > 2 else "no",
        lambda events: int(events[ALPHA].max() > 2),
        lambda events: events[ALPHA].sum() > 3000,
        lambda events: len(events) == 100,
    ],
    "1.2": [
        (1.9,),
        (2.06,),
        (2.4,),
        (21,),
        (2,),
        (np.nan,),
        (np.inf,),
        ("2.1",),
        (2.15,),
    ]
    + [(np.array([2.1]),), (True,), (0.98,)],
    "1.3": [
        ("leave", "repair", "retrain"),
        ("retrain", "retrain", "retrain"),
        ("repair", "leave", "keep"),
        ("retrain", "leave", "repair"),
        ("leave", "leave", "leave"),
        (1, 2, 3),
        ("", "leave", "retrain"),
        (["repair"], "leave", "retrain"),
        ("repair", "repair", "repair"),
        (None, "leave", "retrain"),
    ],
    "2.1": [
        lambda trial: trial.suggest_float("weight_decay", 1e-6, 1e-1, log=True) * 2,
        lambda trial: trial.suggest_float("weight_decay", 1e-5, 1e-1, log=True),
        lambda trial: 10 ** trial.suggest_float("weight_decay", -6, -1),
        lambda trial: 10 ** trial.suggest_int("weight_decay", -6, -1),
        lambda trial: trial.suggest_categorical("weight_decay", [1e-6, 1e-4, 1e-1]),
        lambda trial: round(
            trial.suggest_float("weight_decay", 1e-6, 0.1, log=True), 9
        ),
        lambda trial: trial.suggest_float("weight_decay", 1e-6, 0.1, step=1e-6),
        lambda trial: str(trial.suggest_float("weight_decay", 1e-6, 0.1, log=True)),
        lambda trial: [trial.suggest_float("weight_decay", 1e-6, 0.1, log=True)],
        lambda trial: trial.suggest_float("weight-decay", 1e-6, 0.1, log=True),
    ],
    "2.2": [
        at_edge(lambda rate, low, high: rate <= low or rate >= high),
        at_edge(lambda rate, low, high: rate < 2 * low and rate > high / 2),
        at_edge(lambda rate, low, high: rate < low / 2 or rate > 2 * high),
        at_edge(lambda rate, low, high: abs(rate - low) < 2 or abs(rate - high) < 2),
        at_edge(lambda rate, low, high: rate < 2 * low or rate > high - 2),
        at_edge(lambda rate, low, high: rate / low < 2 or rate / high < 2),
        at_edge(lambda rate, low, high: np.log10(rate / low) < 1 or rate > high / 2),
        at_edge(lambda rate, low, high: not rate < 2 * low or rate > high / 2),
        by_latest,
        by_lowest_value,
    ],
    "2.3": [
        case_2_3(3e-3, 1e-2),
        case_2_3(1e-2, 3e-2),
        case_2_3(0.911, 0.912),
        case_2_3(3e-3, 3.0001e-2),
        case_2_3(np.log10(3e-3), np.log10(3e-2)),
        case_2_3(3e-3, 0.6),
        case_2_3(2e-4, 3e-2),
        case_2_3("0.003", "0.03"),
        case_2_3(3e-3, 3e-2, 1e-2),
        case_2_3(np.nan, 3e-2),
        case_2_3([3e-3], [3e-2]),
    ],
    "3.1": [
        chosen(relative, weights),
        chosen(twice, weights),
        chosen(good, lambda trial: -trial.values[1]),
        lambda trials, error: good(trials, error)[0],
        lambda trials, error: good(trials, error)[-1],
        lambda trials, error: min(good(trials, error), key=weights).number,
        lambda trials, error: [min(good(trials, error), key=weights)],
        lambda trials, error: sorted(good(trials, error), key=weights)[1],
        lambda trials, error: trials[0],
        chosen(good, lambda trial: trial.values[1] - 1e6 * trial.values[0]),
    ],
    "3.2": [
        widths(first=0),
        widths(count=5),
        widths(step=16),
        widths(kind="suggest_float"),
        widths(high=127),
        sorted_afterwards,
        rising,
        one_more,
        from_first,
        lambda trial: tuple(widths()(trial)),
    ],
    "3.3": [
        bootstrap(total),
        bootstrap(of_mean_score),
        bootstrap(of_means),
        bootstrap(exchanged),
        bootstrap(aucs, np.ptp),
        bootstrap(aucs, draws=1),
        bootstrap(aucs, lambda found: 1.96 * np.std(found)),
        bootstrap(aucs, np.median),
        bootstrap(aucs, list),
        bootstrap(aucs, lambda found: round(np.std(found), 2)),
    ],
}
RIGHT = {
    "1.1": [
        lambda events: events[ALPHA].nlargest(1).iloc[0] > np.pi / 2,
        lambda events: max(events[ALPHA].tolist()) > np.deg2rad(90) + 1e-9,
        lambda events: not (events[ALPHA] <= np.pi / 2).all(),
        lambda events: events.loc[events[ALPHA] > np.pi / 2].empty is False,
        lambda events: float(np.quantile(events[ALPHA], 1)) > 1.571,
    ],
    "2.1": [
        lambda trial: float(trial.suggest_float("weight_decay", 0.1**6, 0.1, log=True)),
        lambda trial: trial.suggest_float("weight_decay", *[1e-6, 1e-1], log=not False),
        lambda trial: trial.suggest_float(
            name="weight_decay", low=1e-6, high=1e-1, step=None, log=True
        ),
    ],
    "2.2": [
        at_edge(lambda rate, low, high: min(rate / low, high / rate) < 2),
        at_edge(
            lambda rate, low, high: 1 if False else rate < 2 * low or 2 * rate > high
        ),
        lambda study, low, high: (
            not (low * 2 < study.best_trial.params["learning_rate"] < high / 2)
        ),
    ],
    "3.1": [
        lambda trials, error: sorted(good(trials, error), key=weights)[0],
        chosen(good, lambda trial: (trial.values[1], -trial.values[0])),
    ],
    "3.2": [lambda trial: [*map(int, widths()(trial))], widths(kind="suggest_int")],
    "3.3": [
        bootstrap(aucs, draws=300),
        bootstrap(lambda y, a, b, k: -aucs(y, a, b, k)),
        bootstrap(aucs, lambda found: float(np.sqrt(np.var(found, ddof=1)))),
    ],
}
