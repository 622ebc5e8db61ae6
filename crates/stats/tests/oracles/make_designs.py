#!/usr/bin/env python3
"""Writes the reference tables of perturbation beside this file. Not those of make.py.

As in make.py: computed apart from the Rust code, each checked against a second way before it is written; no network, fixed seeds.

    python3 make_designs.py               all tables of this script
    python3 make_designs.py divergence    only those named
"""

import itertools
import math
import sys
from fractions import Fraction

import numpy
import scipy.stats
import statsmodels.api
import statsmodels.stats.weightstats
from make import LEVELS, close, write

MAKERS = {}


def maker(function):
    MAKERS[function.__name__] = function
    return function


def joined(values):
    return ",".join(repr(float(v)) for v in values)


# --- perturbation -----------------------------------------------------------------------------------------------------


def question_divergence(first, second):
    """The definition, by pairs of samples: (D, P(A != B), P(A != A'), P(B != B')) as exact fractions."""
    differ = lambda pairs: Fraction(sum(a != b for a, b in pairs), len(pairs))
    across = differ(list(itertools.product(first, second)))
    within = [differ(list(itertools.combinations(arm, 2))) for arm in (first, second)]
    return across - sum(within) / 2, across, *within


def exact_permutation(questions):
    """P(sum of D* >= sum of D) over all deals, by convolution of each question's exact distribution."""
    total = {Fraction(0): Fraction(1)}
    for first, second in questions:
        pooled = first + second
        deals = {}
        chosen = list(itertools.combinations(range(len(pooled)), len(first)))
        for at in chosen:
            a = [pooled[i] for i in at]
            b = [pooled[i] for i in range(len(pooled)) if i not in at]
            value = question_divergence(a, b)[0]
            deals[value] = deals.get(value, 0) + Fraction(1, len(chosen))
        following = {}
        for x, p in total.items():
            for y, q in deals.items():
                following[x + y] = following.get(x + y, 0) + p * q
        total = following
    observed = sum(question_divergence(a, b)[0] for a, b in questions)
    return sum(p for x, p in total.items() if x >= observed)


@maker
def divergence():
    rows = []
    generator = numpy.random.default_rng(41)
    for count, n, m, options, tilt in ((1, 2, 2, 2, 0.0), (2, 3, 2, 3, 0.5), (6, 3, 3, 2, 0.0), (6, 4, 3, 3, 0.3), (8, 2, 4, 4, 0.6), (10, 3, 3, 3, 0.8), (12, 4, 4, 2, 0.2), (12, 2, 2, 2, 1.0)):
        questions = []
        for _ in range(count):
            p = generator.dirichlet(numpy.ones(options))
            q = (1 - tilt) * p + tilt * numpy.eye(options)[generator.integers(options)]
            questions.append(([int(v) for v in generator.choice(options, n, p=p)], [int(v) for v in generator.choice(options, m, p=q)]))
        parts = [question_divergence(a, b) for a, b in questions]
        for a, b in questions:  # second way: squared distance of frequencies, less its bias
            x, y = (numpy.array([arm.count(o) for o in range(options)]) / len(arm) for arm in (a, b))
            bias = (1 - (x @ x)) / (len(a) - 1) + (1 - (y @ y)) / (len(b) - 1)
            close(float(question_divergence(a, b)[0]), 0.5 * ((x - y) @ (x - y)) - 0.5 * bias, 1e-12, 1e-12)
        means = [float(sum(part[i] for part in parts) / count) for i in range(4)]
        text = ";".join(",".join(map(str, a)) + ":" + ",".join(map(str, b)) for a, b in questions)
        rows.append((text, *means, float(exact_permutation(questions))))
    write("divergence", "answers of the first arm : of the second arm, a question each -> means over questions of D, P(A != B), P(A != A'), P(B != B') and the exact one-sided p of dealing the pooled samples anew within questions",
          "exact fractions over all pairs of samples and all deals; squared distance of frequencies less its bias", "absolute 1e-12; p within the error of 9,999 permutations",
          ("questions", "divergence", "flipped", "resampled_first", "resampled_second", "p"), rows)


@maker
def welch():
    rows = []
    generator = numpy.random.default_rng(42)
    for n, m, shift, ratio, scale in ((2, 2, 1.0, 1.0, 1.0), (5, 9, 0.5, 3.0, 1.0), (30, 30, 0.0, 1.0, 1e-3), (30, 12, 0.7, 0.2, 1e4), (100, 100, 0.3, 2.0, 1.0), (400, 3, 1.0, 0.01, 1.0)):
        x = generator.normal(0, scale, n)
        y = generator.normal(shift * scale, ratio * scale, m)
        for level in LEVELS:
            result = scipy.stats.ttest_ind(y, x, equal_var=False)
            interval = result.confidence_interval(level)
            comparison = statsmodels.stats.weightstats.CompareMeans.from_data(y, x)
            low, high = comparison.tconfint_diff(1 - level, usevar="unequal")
            close(low, interval.low, 1e-9, 1e-12 * scale)
            close(high, interval.high, 1e-9, 1e-12 * scale)
            rows.append((joined(x), joined(y), level, y.mean() - x.mean(), result.df, result.pvalue, interval.low, interval.high))
    write("welch", "values of the bare arm, of the changed arm, level -> shift changed - bare, degrees of freedom, two-sided p, interval", "scipy ttest_ind(equal_var=False); statsmodels CompareMeans", "relative 1e-9, p 1e-8",
          ("bare", "changed", "level", "shift", "df", "p", "low", "high"), rows)


def main():
    for name in sys.argv[1:] or list(MAKERS):
        MAKERS[name]()


if __name__ == "__main__":
    main()
