"""Right answers in at least five styles for each exercise."""

import json
import statistics

import numpy as np
import optuna
import pandas as pd

from helpers import data
from tests.check_cases.notebook_02 import case_2_3, made_study
from tests.check_cases.notebook_04 import RateLogger
from tests.check_cases.styles_from_05 import (
    bars_of_error,
    best_loop,
    cut_by_roc,
    cut_by_sorting,
    cut_by_table,
    epoch_dictionary,
    epoch_loop,
    epoch_table,
    epoch_vectors,
    figure,
    figure_by_pandas,
    figure_by_pyplot,
    gate_loop,
    gate_table,
    gate_vectors,
    lacks_dictionary,
    lacks_loop,
    lacks_series,
    lacks_sets,
    log_by_client,
    log_by_loop,
    log_in_one_batch,
    log_table,
    log_with_run_id,
    missing_loop,
    missing_states,
    missing_table,
    missing_vectors,
    points,
    repeat_by_client,
    repeat_loop,
    request_by_buffer,
    request_by_hand,
    request_by_pandas,
    two_panels,
)
from tests.check_cases.styles_to_04 import (
    LoggerByPlus,
    LoggerLastBatch,
    LoggerNumpy,
    LoggerResets,
    RNG,
    Stop,
    StopAfterTest,
    StopByEpochs,
    StopWithFlag,
    StopWithList,
    choose_loop,
    choose_sorted,
    choose_table,
    choose_vectors,
    decay_by_name,
    decay_from_params,
    degrees_loop,
    difference,
    difference_table,
    edge_by_logarithm,
    edge_by_loop,
    edge_by_table,
    of,
    prune_loop,
    prune_table,
    prune_vectors,
    taper,
    taper_numpy,
    taper_params,
    taper_recursive,
)

FEATURES = list(data.FEATURES)
ALPHA, RATE, NAME = "fAlpha", "metrics.eff_at_01", "tags.mlflow.runName"


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
    "4.1": [RateLogger, LoggerNumpy, LoggerByPlus, LoggerLastBatch, LoggerResets],
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
        ("Journal", "postgresql ", "DASK"),
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
