"""Tell the class's board how an exercise went, if the learner has agreed to it."""

import os

from helpers import stores


def share(exercise: str, right: bool) -> None:
    """Send the exercise's number and right or not yet, never the answer.

    Nothing is sent unless `COURSE_SHARE_VERDICTS=yes` was set before the start and
    the record is a class's server.
    """
    server = stores.class_server()
    if os.environ.get("COURSE_SHARE_VERDICTS") != "yes" or not server:
        return
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    client = MlflowClient(server)
    name = f"{os.environ.get('MLFLOW_TRACKING_USERNAME', 'somebody')}: exercises"
    tags = {"exercise": exercise, "verdict": "right" if right else "not yet"}
    try:
        known = client.get_experiment_by_name(name)
        number = known.experiment_id if known else client.create_experiment(name)
        client.set_terminated(client.create_run(number, tags=tags).info.run_id)
    except MlflowException:
        pass  # the verdict stands; the board can wait
