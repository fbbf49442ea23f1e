"""Create the two databases once, also when two kernels start at the same time.

Optuna and MLflow each create their tables at first use, and neither expects a
second process to do the same at that moment: one of the two then fails. Under
a lock the second waits, and finds the tables made.
"""

from pathlib import Path

from filelock import FileLock


def create_optuna_database(path: Path | str = "optuna.db") -> str:
    """Create Optuna's SQLite database unless it is there.

    Parameters
    ----------
    path : Path or str
        The file, beside the notebook by default.

    Returns
    -------
    str
        Its address, `sqlite:///optuna.db`, as `optuna.create_study` takes it.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    import optuna

    uri = f"sqlite:///{Path(path).as_posix()}"
    with FileLock(f"{path}.lock"):
        optuna.storages.RDBStorage(uri)
    return uri


def create_mlflow_database(path: Path | str = "mlflow.db") -> str:
    """Create MLflow's SQLite database unless it is there; some seconds, once.

    Parameters
    ----------
    path : Path or str
        The file, beside the notebook by default.

    Returns
    -------
    str
        Its address, `sqlite:///mlflow.db`, as `mlflow.set_tracking_uri` takes it.

    Raises
    ------
    OSError
        The folder cannot be written.
    mlflow.exceptions.MlflowException
        The file is a database of a newer MLflow.
    """
    import mlflow

    uri = f"sqlite:///{Path(path).as_posix()}"
    with FileLock(f"{path}.lock"):
        mlflow.MlflowClient(tracking_uri=uri).search_experiments(max_results=1)
    return uri
