"""The vendor's tutorial of metatables, without the failures that it simulates.

``python tutorial.py STEP`` takes the steps and options of
``python -m metatables.examples.tutorial``.
"""

from metatables.examples.tutorial import updaters
from metatables.examples.tutorial.__main__ import main

updaters.DailyReturns.FAILURE_PROBABILITY = 0
main()
