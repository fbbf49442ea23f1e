"""Each exercise check: right, the likeliest wrong answers, and untouched."""

import importlib
import pkgutil

import optuna
import pytest

from helpers import checks
from helpers.checks.verdict import NOT_YET, UNTOUCHED
from helpers.checks.verdict import RIGHT as RIGHT_MARK
from tests import check_cases
from tools import hints

optuna.logging.set_verbosity(optuna.logging.WARNING)

MODULES = [
    importlib.import_module(f"tests.check_cases.{module.name}")
    for module in pkgutil.iter_modules(check_cases.__path__)
    if module.name.startswith("notebook_")
]
RIGHT = [case for module in MODULES for case in module.RIGHT]
WRONG = [case for module in MODULES for case in module.WRONG]
STUBS = [case for module in MODULES for case in module.UNTOUCHED]


def verdict(capsys, number, answer):
    getattr(checks, f"exercise_{number.replace('.', '_')}")(*answer)
    printed = capsys.readouterr()
    assert printed.err == ""
    lines = printed.out.splitlines()
    assert len(lines) == 1
    assert f"Exercise {number}: " in lines[0]
    return lines[0]


@pytest.mark.parametrize(("number", "answer"), RIGHT)
def test_right(capsys, number, answer):
    assert verdict(capsys, number, answer).startswith(RIGHT_MARK)


@pytest.mark.parametrize(("number", "answer", "hint"), WRONG)
def test_wrong_gets_its_own_hint(capsys, number, answer, hint):
    line = verdict(capsys, number, answer)
    assert line.startswith(NOT_YET)
    assert hint.lower() in line.lower()


@pytest.mark.parametrize(("number", "answer"), STUBS)
def test_untouched(capsys, number, answer):
    assert verdict(capsys, number, answer).startswith(UNTOUCHED)


def test_every_check_is_tried_three_ways():
    names = [
        name.removeprefix("exercise_").replace("_", ".")
        for name in vars(checks)
        if name.startswith("exercise_")
    ]
    assert len(names) == 26
    for cases in (RIGHT, WRONG, STUBS):
        assert sorted({case[0] for case in cases}) == sorted(names)
    for name in names:
        assert len({hint for number, _, hint in WRONG if number == name}) >= 2


def test_the_teachers_page_lists_the_hints_of_today():
    text = hints.PAGE.read_text(encoding="utf-8")
    assert text == hints.with_hints(text)
