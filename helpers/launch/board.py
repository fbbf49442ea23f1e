"""The class's board: who has reached what, from the record alone, for the projector.

It reads MLflow's experiments whose name starts with a learner's: "Ada: 05 logging, …".
"""

import base64
import contextlib
import html
import io
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pandas as pd

EXPERIMENT = re.compile(r"(?P<learner>[^:]+): (?P<what>.+?)(, \d{4}-.*)?$")
SCORE, RATE = "metrics.valid_auc", "params.learning_rate"
REFRESH = 10  # s


def read() -> pd.DataFrame:
    """Return the class's runs with the columns learner, what, and those of MLflow."""
    import mlflow

    found = {}
    for experiment in mlflow.search_experiments():
        if match := EXPERIMENT.match(experiment.name):
            found[experiment.experiment_id] = match.group("learner", "what")
    runs = mlflow.search_runs(list(found), max_results=10_000) if found else None
    if runs is None or runs.empty:
        return pd.DataFrame(columns=["learner", "what", "start_time", SCORE, RATE])
    names = pd.DataFrame(
        [found[number] for number in runs.experiment_id], columns=["learner", "what"]
    )
    return pd.concat([names, runs], axis=1)


def per_learner(runs: pd.DataFrame) -> pd.DataFrame:
    """Return one row per learner: notebooks, best validation AUC, runs per minute."""
    rows = []
    for learner, own in runs.groupby("learner"):
        notebooks = sorted(set(own.what.str.extract(r"^(\d\d)\b")[0].dropna()))
        scores = own[SCORE] if SCORE in own else pd.Series(dtype=float)
        times = pd.to_datetime(own.start_time, utc=True)
        minutes = max(1.0, (times.max() - times.min()).total_seconds() / 60)
        rows.append(
            {
                "learner": learner,
                "notebooks": " ".join(notebooks),
                "best validation AUC": scores.max(),
                "runs": len(own),
                "runs per minute": len(own) / minutes,
            }
        )
    return pd.DataFrame(rows)


def exercises(runs: pd.DataFrame) -> pd.DataFrame:
    """Count the verdicts that learners share, one row per exercise."""
    if "tags.exercise" not in runs:
        return pd.DataFrame()
    shared = runs.dropna(subset=["tags.exercise"])
    last = (
        shared.sort_values("start_time").groupby(["tags.exercise", "learner"]).tail(1)
    )
    counts = pd.crosstab(last["tags.exercise"], last["tags.verdict"])
    return counts.rename_axis(index="exercise", columns=None).reset_index()


def figure(runs: pd.DataFrame) -> str:
    """Draw the class's learning rates against validation AUC; return a PNG as text."""
    from matplotlib.figure import Figure

    picture = Figure(figsize=(8, 4), layout="constrained")
    axes = picture.subplots()
    if SCORE in runs and RATE in runs:
        both = runs.dropna(subset=[SCORE, RATE])
        for _, own in both.groupby("learner"):
            axes.plot(own[RATE].astype(float), own[SCORE], "o", alpha=0.6)
    axes.set(xscale="log", xlabel="learning rate", ylabel="validation AUC")
    file = io.BytesIO()
    picture.savefig(file, format="png", dpi=110)
    return base64.b64encode(file.getvalue()).decode()


def page(runs: pd.DataFrame) -> str:
    """Return the board as one page that asks for itself again."""
    parts = [
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>The class'
        f'</title><meta http-equiv="refresh" content="{REFRESH}"><style>'
        "body {font: 20px sans-serif; margin: 2em; color: #222; background: #fff}"
        "table {border-collapse: collapse} td, th {padding: 0.2em 0.8em; text-align: "
        "left; border-bottom: 1px solid #999}</style></head><body><h1>The class</h1>"
    ]
    if runs.empty:
        parts.append("<p>No run yet: notebooks 05 to 08 fill this page.</p>")
    else:
        count = runs.learner.nunique()
        parts += [
            per_learner(runs).to_html(
                index=False, float_format="{:.3f}".format, na_rep="–"
            ),
            f'<p><img alt="Learning rates against validation AUC of {count} learners" '
            f'src="data:image/png;base64,{figure(runs)}"></p>',
        ]
        counts = exercises(runs)
        if not counts.empty:
            parts.append(counts.to_html(index=False))
    return "\n".join([*parts, "</body></html>"])


class _Board(ThreadingHTTPServer):
    """A server that reads the record at most once in REFRESH seconds."""

    def __init__(self, port: int) -> None:
        self.kept, self.until, self.lock = b"", 0.0, threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def page(self) -> bytes:
        with self.lock:
            if time.monotonic() > self.until:
                try:
                    self.kept = page(read()).encode()
                except Exception as error:  # the record may be away for a moment
                    what = html.escape(f"{type(error).__name__}: {error}")
                    self.kept = f"<p>The record does not answer: {what}</p>".encode()
                self.until = time.monotonic() + REFRESH
            return self.kept


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = self.server.page()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        """Print nothing: the slips stand in the terminal."""


@contextlib.contextmanager
def serve(port: int) -> Iterator[str]:
    """Serve the board to this machine alone, and yield its address."""
    server = _Board(port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
