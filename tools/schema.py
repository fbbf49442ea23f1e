"""Write the tables of MLflow's database, as its own migrations make them.

Usage: python -m tools.schema (after another version of MLflow is in the lock)

`helpers.stores` creates the learner's database from this text in 0.1 s; the
migrations, more than sixty in a row, take some seconds.
"""

import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from helpers import stores

# Rows that MLflow itself writes when it opens a database, with paths of the machine.
LATER = ("experiments",)


def migrated() -> str:
    """Let the installed MLflow make a new database, and return its text."""
    import mlflow

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder, "new.db")
        address = f"sqlite:///{path.as_posix()}"
        mlflow.MlflowClient(tracking_uri=address).search_experiments(max_results=1)
        return f"-- MLflow {mlflow.__version__}\n{text_of(path)}"


def text_of(path: Path) -> str:
    """Return a database as SQL, without the rows that MLflow adds when it opens it."""
    with closing(sqlite3.connect(path)) as database:
        statements = [
            statement
            for statement in database.iterdump()
            if not statement.startswith(tuple(f'INSERT INTO "{n}"' for n in LATER))
        ]
    # MLflow makes its indexes in another order each time.
    indexes = sorted(s for s in statements if " INDEX " in s.partition("\n")[0])
    others = [s for s in statements if s not in indexes]
    return "\n".join([*others[:-1], *indexes, others[-1]]) + "\n"


def main() -> int:
    stores.SCHEMA.write_text(migrated(), encoding="utf-8")
    print(stores.SCHEMA.name, "written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
