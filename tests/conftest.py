"""The order of the tests."""


def pytest_collection_modifyitems(items):
    """Move the tests of MLflow's record behind the notebooks that write it."""
    items.sort(key=lambda item: item.path.name == "test_mlflow_record.py")
