#!/usr/bin/env python3
"""Writes the reference table of the betting confidence sequence beside this file, with confseq 0.0.11 (PyPI).

Its compiled part is not needed: unpack the source distribution and put `src` on PYTHONPATH. No network, fixed seeds.

    PYTHONPATH=confseq-0.0.11/src python3 make_sequential.py
"""

import sys
import types

import numpy
from make import write

for unused in ("matplotlib", "matplotlib.pyplot", "multiprocess"):  # imported by confseq for plots and parallel runs only
    sys.modules.setdefault(unused, types.ModuleType(unused))
sys.modules["matplotlib"].pyplot = sys.modules["matplotlib.pyplot"]
if not hasattr(numpy, "float_"):  # confseq names types that numpy 2 calls differently
    numpy.float_, numpy.int_ = numpy.float64, numpy.int64

from confseq.betting import betting_cs  # noqa: E402
from confseq.betting_strategies import lambda_predmix_eb  # noqa: E402


def direct(x, alpha, cells=1000):
    """Second way: the definition, one candidate mean after the other, bets by a loop."""
    bets, squares, total = [], 0.0, 0.0
    for t, value in enumerate(x, 1):
        bets.append(numpy.sqrt(2 * numpy.log(2 / alpha) / ((0.25 + squares) / t * t * numpy.log(1 + t))))
        total += value
        squares += (value - (0.5 + total) / (t + 1)) ** 2
    bets = numpy.array(bets)
    low, high = numpy.zeros(len(x)), numpy.ones(len(x))
    for cell in range(cells + 1):
        m = cell / cells
        up = numpy.cumsum(numpy.log1p((numpy.minimum(bets, 0.5 / m) if m > 0 else bets) * (x - m)))
        down = numpy.cumsum(numpy.log1p(-(numpy.minimum(bets, 0.5 / (1 - m)) if m < 1 else bets) * (x - m)))
        low[numpy.maximum.accumulate(up) > numpy.log(2 / alpha)] = m
        rejected = numpy.maximum.accumulate(down) > numpy.log(2 / alpha)
        high = numpy.where(rejected & (high > m), m, high)
    return low, high


def main():
    rows = []
    generator = numpy.random.default_rng(46)
    for name, draw, n in (
        ("coin .5", lambda n: generator.binomial(1, 0.5, n), 300),
        ("coin .05", lambda n: generator.binomial(1, 0.05, n), 400),
        ("coin .95", lambda n: generator.binomial(1, 0.95, n), 200),
        ("beta 2 5", lambda n: generator.beta(2, 5, n), 250),
        ("uniform", lambda n: generator.random(n), 150),
        ("constant .3", lambda n: numpy.full(n, 0.3), 60),
        ("all 1", lambda n: numpy.ones(n), 60),
    ):
        x = numpy.asarray(draw(n), dtype=float)
        for level in (0.9, 0.95, 0.99):
            alpha = 1 - level
            # The package's plug-in takes ln(1/alpha) where the paper takes ln(2/alpha) for the two-sided set.
            bets = lambda x, m, alpha=alpha: lambda_predmix_eb(x, alpha=alpha / 2)
            low, high = betting_cs(x, lambdas_fns_positive=[bets], lambdas_fns_negative=[bets], alpha=alpha, breaks=1000, running_intersection=True)
            second_low, second_high = direct(x, alpha)
            assert numpy.abs(low - second_low).max() < 1e-9 and numpy.abs(high - second_high).max() < 1e-9, name
            at = [1, 2, 3, 5, 10, 20, 40, 60] + [t for t in (100, 150, 200, 250, 300, 400) if t <= n]
            rows.append((",".join(repr(float(v)) for v in x), level, at, [float(low[t - 1]) for t in at], [float(high[t - 1]) for t in at]))
    write("betting", "observations, level -> lower and upper end of the confidence sequence after so many of them (running intersection, grid of 1/1000 rounded outwards)",
          "confseq 0.0.11 betting_cs, predictable plug-in with ln(2/alpha), truncation 1/2, theta 1/2; the definition by a loop", "absolute 1e-9", ("x", "level", "after", "low", "high"), rows)


if __name__ == "__main__":
    main()
