"""Answers to the exercises, looked at on the spot, in one module per notebook.

Each function prints one line: right, not yet with a hint, or not attempted; none
raises, so that a wrong answer never stops a notebook.
"""

from helpers.checks.notebook_01 import exercise_1_1, exercise_1_2, exercise_1_3
from helpers.checks.notebook_02 import exercise_2_1, exercise_2_2, exercise_2_3
from helpers.checks.notebook_03 import exercise_3_1, exercise_3_2, exercise_3_3
from helpers.checks.notebook_04 import exercise_4_1, exercise_4_2, exercise_4_3
from helpers.checks.notebook_05 import exercise_5_1, exercise_5_2, exercise_5_3
from helpers.checks.notebook_06 import exercise_6_1, exercise_6_2, exercise_6_3
from helpers.checks.notebook_07 import exercise_7_1, exercise_7_2, exercise_7_3
from helpers.checks.notebook_08 import exercise_8_1, exercise_8_2, exercise_8_3
from helpers.checks.notebook_09 import exercise_9_1, exercise_9_2
