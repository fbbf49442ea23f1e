"""Words exactly, decimals within a tolerance: what counts as the same output."""

import pytest

from tools import compare
from tools.compare import Output, tolerance_of

TABLE = "   rate    auc\n0  {}  {}\n1  0.01  0.9143"


@pytest.mark.parametrize(
    ("stored", "new"),
    [
        ("AUC 0.9143", "AUC 0.9147"),
        ("AUC 0.914 ± 0.005", "AUC 0.915 ± 0.004"),
        ("gain −0.000", "gain 0.000"),
        ("gain -0.000", "gain +0.000"),
        ("loss 0.312", "loss 3.12e-01"),
        ("p = 2.31e-05", "p = 2.32e-05"),
        ("1,234.5 events", "1,235.1 events"),
        ("epochs 56% of those", "epochs 57% of those"),
        ("56 %", "55 %"),
        ("[0.5, 0.25]", "[0.5, 0.2501]"),
        (TABLE.format("0.01", "0.9021"), TABLE.format("0.01", "0.902")),
        ("<td>0.9143</td>", "<td>0.9146</td>"),
        ("a table  0.9\n  -0.0", "a table 0.9\n 0.0"),
    ],
)
def test_little_scatter_is_the_same(stored, new):
    assert Output(stored) == Output(new)
    assert not Output(stored) != Output(new)
    assert Output(new) == Output(stored)


@pytest.mark.parametrize(
    ("stored", "new"),
    [
        ("AUC 0.9143", "AUC 0.9043"),
        ("AUC 0.9143", "auc 0.9143"),
        ("AUC 0.9143", "AUC 0.9143\nand more"),
        ("gain -0.012", "gain 0.012"),
        ("gain −0.0008", "gain 0.0008"),
        ("rate 0.001", "rate 0.0012"),
        ("rate 0.05", "rate 0.06"),
        ("rate 1e-05", "rate 1e-04"),
        ("rate 1e-05", "rate 1.2e-05"),
        ("p = 2.31e-05", "p = 2.31e-06"),
        ("14 trials", "15 trials"),
        ("1,234 events", "1,235 events"),
        ("trial 7: complete", "trial 8: complete"),
        ("56 %", "44 %"),
        ("56%", "58%"),
        ("2026-11-26", "2026-11-27"),
        ("version 3.17.2", "version 3.17.3"),
        ("127.0.0.1:5000", "127.0.0.2:5000"),
        ("True", "False"),
        ("[0.5, 0.25]", "[0.5]"),
        ("0.5 of fConc1", "0.5 of fConc2"),
        ("0.3-0.7", "0.3+0.7"),
        ("AUC 0.914", "AUC nan"),
        ("AUC 0.914", "AUC 1"),
        (TABLE.format("0.01", "0.9021"), TABLE.format("0.01", "0.9321")),
        (TABLE.format("0.01", "0.9021"), TABLE.format("0.02", "0.9021")),
        ("<td>0.9143</td>", "<td>0.9343</td>"),
        ("<td>0.9143</td>", "<th>0.9143</th>"),
    ],
)
def test_a_change_is_seen_and_named(stored, new):
    assert Output(stored) != Output(new)
    assert Output(new) != Output(stored)
    assert Output(stored).differences(Output(new))


def test_a_difference_names_the_number():
    stored, new = Output("a 0.5\nb 0.9143"), Output("a 0.5\nb 0.8143")
    assert stored.differences(new) == ["number: 0.9143 became 0.8143"]
    stored, new = Output("one 0.5\ntwo"), Output("one 0.5\nthree")
    assert stored.differences(new) == ["words: 'two' became 'three'"]


def test_a_tag_widens_the_tolerance_of_one_cell():
    allowed = tolerance_of(["solution", "tolerance-0.05"])
    assert allowed == 0.05
    assert tolerance_of(["solution"]) == 0
    assert Output("AUC 0.91", allowed) == Output("AUC 0.95", allowed)
    assert Output("AUC 0.91", allowed) != Output("AUC 0.97", allowed)
    assert Output("lost 0.02", allowed) == Output("lost 0.03", allowed)
    assert Output("lost 0.02", allowed) != Output("lost 0.04", allowed)
    assert Output("line at 0.0100", allowed) != Output("line at 0.0110", allowed)
    assert Output("pull 34.1", allowed) == Output("pull 35.0", allowed)
    assert Output("pull 34.1", allowed) != Output("pull 37.0", allowed)
    assert Output("7 trials", allowed) != Output("8 trials", allowed)


def test_the_tolerance_is_the_measured_one():
    """Whoever widens it measures first, and changes CONTRIBUTING too."""
    assert compare.RELATIVE <= 0.005
    assert compare.ABSOLUTE <= 0.001
    assert compare.ROUNDING <= 0.05
