"""Mutants of the solutions that are right answers too, each with its reason."""

NUMPY = "a bool, list, text or number of numpy's or Python's: the same value"
SPELLING = "the checks take the word in any case"
LIMIT = "the statement leaves the exact limit open"
LUCK = "within the luck of 200 draws, which the check must allow"
KERAS = "Keras sets what Callback.__init__ would set before the training begins"
BETWEEN = "any limit between 1.57 and the largest angle of a hundred events is right"
NAMING = "another name of an axis, which only a person can judge"

EQUIVALENT: dict[str, dict[str, str]] = {
    "1.1": {
        "return events['fAlpha'].max() > np.pi / 2": NUMPY,
        "return bool(bool(events['fAlpha'].max() > np.pi / 2))": NUMPY,
        "return bool(events['fAlpha'].max() >= np.pi / 2)": BETWEEN,
        "return bool(events['fAlpha'].max() > np.pi * 2)": BETWEEN,
        "return bool(events['fAlpha'].max() > np.pi)": BETWEEN,
        "return bool(events['fAlpha'].max() > 2)": BETWEEN,
        "return bool(events['fAlpha'].max() > np.pi / 1)": BETWEEN,
        "return bool(events['fAlpha'].max() > np.pi / 1.8)": BETWEEN,
    },
    "1.2": {
        "quantile = np.quantile(luck, 1 - 0.018000000000000002)": ("2.1 as well"),
    },
    "1.3": {
        "checks.exercise_1_3('REPAIR', 'leave', 'retrain')": SPELLING,
        "checks.exercise_1_3('repair', 'LEAVE', 'retrain')": SPELLING,
        "checks.exercise_1_3('repair', 'leave', 'RETRAIN')": SPELLING,
    },
    "2.1": {
        "return float(trial.suggest_float('weight_decay', 1e-06, 0.1, log=True))": NUMPY
    },
    "2.2": {
        "return bool(rate < 2 * low or rate > high / 2)": NUMPY,
        "return rate <= 2 * low or rate > high / 2": LIMIT,
        "return rate < 2 * low or rate >= high / 2": LIMIT,
    },
    "2.3": {
        "good_rates = wide_rates[wide_values > wide.best_value - error]": (
            "no trial lies exactly at the limit, and the answer is two numbers"
        ),
    },
    "3.1": {
        "return min(good, key=lambda trial: trial.values[-1])": "two values a trial"
    },
    "3.2": {"return list(widths)": NUMPY},
    "3.3": {
        "for _ in list(range(200))[1:]:": LUCK,
        "for _ in list(range(200))[:-1]:": LUCK,
        "for _ in range(201):": LUCK,
        "for _ in range(199):": LUCK,
        "for _ in range(400):": LUCK,
        "rng = np.random.default_rng()": LUCK,
        "rng = np.random.default_rng(1)": LUCK,
        "return float(np.std(differences))": NUMPY,
    },
    "4.1": {"pass": KERAS, "super()": KERAS},
    "4.2": {"pass": KERAS, "super()": KERAS},
    "4.3": {
        "return bool(max(running) < np.median([curve[epoch] for curve in finished]))": (
            NUMPY
        ),
    },
    "5.3": {"return bool('seed' in run.data.params and digest in digests)": NUMPY},
    "6.2": {
        "return list(missing)": NUMPY,
        "missing = [name for name in ('data_sha256', 'seed') if name not in "
        "run.data.params]": "the order of the names is free",
    },
    "6.3": {
        "return float(min(history, key=lambda point: point.value).step)": NUMPY,
    },
    "7.1": {
        "pass": "a legend is not asked for, and a figure may stay open",
        "for name in ('val_loss', 'loss'):": "the order of the curves is free",
        "axes": "a legend is not asked for",
        "figure": "a figure may stay open",
        "plt": "a figure may stay open",
        "plt.close()": "the same figure, since it is the latest",
        "axes.set(xlabel='epoch_', ylabel='loss')": NAMING,
        "axes.set(xlabel='epoc', ylabel='loss')": NAMING,
        "axes.set(xlabel='EPOCH', ylabel='loss')": NAMING,
        "axes.set(xlabel='epoch', ylabel='loss_')": NAMING,
        "axes.set(xlabel='epoch', ylabel='los')": NAMING,
        "axes.set(xlabel='epoch', ylabel='LOSS')": NAMING,
    },
    "7.2": {
        "return float(np.quantile(scores[labels == 1], 1 - share))": NUMPY,
        "return np.quantile(scores[labels >= 1], 1 - share)": "labels are 0 and 1",
    },
    "7.3": {
        "return str(table.loc[table['metrics.eff_at_01'].idxmax(), "
        "'tags.mlflow.runName'])": NUMPY,
    },
    "8.1": {
        "return str(json.dumps({'dataframe_split': table}))": NUMPY,
        "table = events[list(data.FEATURES)].to_dict(orient='SPLIT')": (
            "pandas takes the word in any case"
        ),
    },
    "8.2": {
        "return bool(auc > champion_auc + error and old_auc >= old_champion_auc - "
        "old_error)": NUMPY,
    },
    "8.3": {
        "checks.exercise_8_3('NOTHING', 'retrain', 'move the threshold')": SPELLING,
        "checks.exercise_8_3('nothing', 'RETRAIN', 'move the threshold')": SPELLING,
        "checks.exercise_8_3('nothing', 'retrain', 'MOVE THE THRESHOLD')": SPELLING,
    },
    "9.1": {
        "return list(sorted({t.user_attrs['asked'] for t in asked} - done))": NUMPY,
    },
    "9.2": {
        "checks.exercise_9_2('JOURNAL', 'PostgreSQL', 'Dask')": SPELLING,
        "checks.exercise_9_2('journal', 'POSTGRESQL', 'Dask')": SPELLING,
        "checks.exercise_9_2('journal', 'PostgreSQL', 'DASK')": SPELLING,
    },
}
