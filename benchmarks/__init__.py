"""How fast, against whom, in which run: `make bench`, or one script alone.

Each script prints a table and writes the figures as JSON beside itself. What is
compared runs in turns in one go on one machine; medians and their ratios count.
"""
