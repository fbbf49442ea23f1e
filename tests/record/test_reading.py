"""The tests of the record can tell from which part of the events a score comes."""

import pytest

from helpers import metrics
from tests.record.reading import PARTS, part_of, train_again


@pytest.mark.parametrize("part", PARTS)
def test_a_score_is_told_from_those_of_the_other_parts(split, part):
    model = train_again(split, 0.01, 2)
    events, labels = (getattr(split, f"{axis}_{part}") for axis in "xy")
    auc, _ = metrics.auc_with_error(labels, model.predict(events, verbose=0))
    assert part_of(auc, model, split) == part
    assert part_of(auc - 0.002, model, split) != part
