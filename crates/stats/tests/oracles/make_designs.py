#!/usr/bin/env python3
"""Writes the reference tables of perturbation, inverse scaling and slices beside this file. Not those of make.py.

As in make.py: computed apart from the Rust code, each checked against a second way before it is written; no network, fixed seeds.

    python3 make_designs.py               all tables of this script
    python3 make_designs.py divergence    only those named
"""

import itertools
import math
import sys
from fractions import Fraction

import numpy
import scipy.optimize
import scipy.stats
import statsmodels.api
import statsmodels.stats.proportion
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


# --- inverse scaling --------------------------------------------------------------------------------------------------


def pools(means):
    """Least squares under non-decreasing order by the max-min formula, apart from any pooling algorithm."""
    k = len(means)
    average = lambda i, j: sum(means[i : j + 1]) / (j + 1 - i)
    return [max(min(average(i, j) for j in range(at, k)) for i in range(at + 1)) for at in range(k)]


@maker
def isotonic():
    rows = []
    generator = numpy.random.default_rng(43)
    for questions, accuracy in ((12, (0.5, 0.5, 0.5)), (30, (0.6, 0.6, 0.6, 0.6)), (30, (0.7, 0.5, 0.5)), (60, (0.5, 0.62, 0.62, 0.5)), (60, (0.8, 0.7, 0.8, 0.65, 0.7)), (40, (0.3, 0.5, 0.7)), (25, (0.9, 0.4)), (100, (0.6, 0.6, 0.55, 0.6, 0.6, 0.55))):
        hardness = generator.uniform(-0.1, 0.1, (questions, 1))
        values = generator.binomial(4, numpy.clip(numpy.array(accuracy) + hardness, 0, 1)) / 4
        means = values.mean(axis=0)
        fit = scipy.optimize.isotonic_regression(means).x
        for a, b in zip(fit, pools(list(means))):
            close(a, b, 1e-12, 1e-12)
        statistic = questions * ((means - fit) ** 2).sum()
        reached, resamples = 0, 40_000
        for _ in range(resamples):
            shift = values[generator.integers(questions, size=questions)].mean(axis=0) - means
            reached += questions * ((shift - scipy.optimize.isotonic_regression(shift).x) ** 2).sum() >= statistic - 1e-12
        rows.append((";".join(joined(row) for row in values), list(fit), statistic, (1 + reached) / (1 + resamples)))
    write("isotonic", "question means, one row a question, one column a budget -> the non-decreasing fit to the column means, T = questions x squared distance, p of the recentred question bootstrap (40,000 resamples)",
          "scipy.optimize.isotonic_regression; max-min formula", "absolute 1e-11; p within the error of both bootstraps", ("values", "fit", "statistic", "p"), rows)


@maker
def natural():
    rows = []
    generator = numpy.random.default_rng(44)
    for questions, samples, slower, grid in ((8, 3, 1.0, 10), (10, 4, 1.3, 50), (20, 8, 1.3, 100), (20, 5, 1.0, 5), (40, 2, 0.8, 20)):
        sets = []
        for _ in range(questions):
            right = generator.random(samples) < generator.random()
            lengths = numpy.round(grid * generator.uniform(0.5, 1.5, samples) * numpy.where(right, 1, slower)) + 1
            sets.append((lengths, right))
        ends = [right[lengths == lengths.max()].mean() - right[lengths == lengths.min()].mean() for lengths, right in sets if len(set(lengths)) > 1]
        mixed = [(lengths, right) for lengths, right in sets if 0 < right.sum() < len(right)]
        somers = [scipy.stats.somersd(right.astype(int), lengths).statistic if len(set(lengths)) > 1 else 0.0 for lengths, right in mixed]
        for (lengths, right), value in zip(mixed, somers):  # second way: by pairs
            signs = [numpy.sign(a - b) for a in lengths[right] for b in lengths[~right]]
            close(value, numpy.mean(signs), 1e-12, 1e-12)
        text = ";".join(",".join(f"{int(x)}:{int(r)}" for x, r in zip(*one)) for one in sets)
        rows.append((text, numpy.mean(ends), len(sets) - len(ends), numpy.mean(somers), len(sets) - len(mixed)))
    write("natural", "length:right of each sample, a question each -> mean of P(right | longest) - P(right | shortest), questions with one length, mean Somers' D of length given right, questions with one outcome",
          "numpy; scipy.stats.somersd, pairs", "absolute 1e-12", ("samples", "ends", "one_length", "somers", "one_outcome"), rows)


def demeaned(values, groups):
    values = numpy.asarray(values, dtype=float)
    result = values.copy()
    for group in numpy.unique(groups):
        result[groups == group] -= values[groups == group].mean(axis=0)
    return result


def clustered_within(y, columns, groups):
    """Fixed effects by statsmodels: demeaned data, errors clustered by question, both small-sample factors."""
    x = demeaned(numpy.column_stack(columns), groups)
    fit = statsmodels.api.OLS(demeaned(y, groups), x).fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": True}, use_t=True)
    dummies = (groups[:, None] == numpy.unique(groups)[None, :]).astype(float)
    slopes = numpy.linalg.lstsq(numpy.column_stack([numpy.column_stack(columns), dummies]), y, rcond=None)[0]
    for a, b in zip(fit.params, slopes):  # second way: a dummy per question
        close(a, b, 1e-6, 1e-8)
    return fit


def spline(u, knots):
    first, second, third, fourth, last = knots
    cube = lambda t: numpy.maximum(u - t, 0) ** 3
    term = lambda t: (cube(t) - cube(fourth) * (last - t) / (last - fourth) + cube(last) * (fourth - t) / (last - fourth)) / (last - first) ** 2
    return [u, term(first), term(second), term(third)]


@maker
def two_lines():
    rows = []
    generator = numpy.random.default_rng(45)
    for questions, samples, turn, after, noise in ((12, 6, 0.0, -1.0, 0.3), (30, 8, 0.3, -0.5, 0.5), (40, 5, -0.3, -1.5, 0.8), (40, 6, 0.0, 0.0, 0.4), (60, 4, 0.2, 0.5, 0.6)):
        groups = numpy.repeat(numpy.arange(questions), samples)
        x = numpy.round(generator.uniform(100, 1000, questions)[groups] + 500 * generator.uniform(-1, 1, len(groups)))
        u = demeaned(x, groups)
        scaled = u / 500
        y = generator.normal(0, 1, questions)[groups] + numpy.minimum(scaled - turn, 0) + after * numpy.maximum(scaled - turn, 0) + noise * generator.normal(size=len(groups))
        knots = numpy.quantile(u, (0.05, 0.275, 0.5, 0.725, 0.95))
        basis = spline(u, knots)
        smooth = clustered_within(y, basis, groups)
        low, high = numpy.quantile(u, (0.1, 0.9))
        middle = numpy.sort(u[(low < u) & (u < high)])
        design = numpy.column_stack(spline(middle, knots)) - numpy.column_stack(basis).mean(axis=0)
        fitted = design @ smooth.params
        upper = fitted + numpy.sqrt(numpy.einsum("ij,jk,ik->i", design, smooth.cov_params(), design))
        flat = middle[upper >= fitted.max()]
        lines = lambda c: clustered_within(y, [numpy.minimum(u - c, 0), numpy.maximum(u - c, 0), (u >= c).astype(float)], groups)
        rough = numpy.abs(lines(numpy.median(flat)).tvalues)
        breakpoint_ = numpy.quantile(flat, rough[1] / (rough[0] + rough[1]))
        fit = lines(breakpoint_)
        critical = scipy.stats.t.ppf(0.975, questions - 1)
        text = ";".join(",".join(f"{float(a)!r}:{float(b)!r}" for a, b in zip(x[groups == g], y[groups == g])) for g in range(questions))
        ends = [fit.params[i] + sign * critical * fit.bse[i] for i in (0, 1) for sign in (-1, 1)]
        rows.append((text, breakpoint_, fit.params[0], fit.params[1], *ends))
    write("two_lines", "length:outcome of each sample, a question each -> breakpoint of the centred length, slopes below and above it, their 95 % intervals (errors clustered by question, t of questions - 1)",
          "statsmodels OLS of demeaned data, cluster covariance; a dummy per question", "relative 1e-7", ("samples", "breakpoint", "before", "after", "before_low", "before_high", "after_low", "after_high"), rows)


# --- slices -----------------------------------------------------------------------------------------------------------


def wilson_roots(mean, trials, critical):
    """Both roots of (mean - p)^2 = critical^2 p (1 - p)/trials."""
    c = critical**2 / trials
    return numpy.sort(numpy.roots([1 + c, -(2 * mean + c), mean**2]).real)


@maker
def independent():
    rows = []
    generator = numpy.random.default_rng(47)
    for n, m, p, q, k in ((10, 30, 0.2, 0.6, 1), (40, 60, 0.5, 0.5, 4), (15, 200, 0.9, 0.7, 2), (12, 12, 0.0, 0.5, 3), (25, 40, 1.0, 0.3, 1), (80, 20, 0.3, 0.35, 5)):
        first, second = (generator.binomial(k, rate, size) / k for rate, size in ((p, n), (q, m)))
        for level in LEVELS:
            ends, plain = [], []
            for values in (first, second):
                mean, se = values.mean(), scipy.stats.sem(values)
                trials = mean * (1 - mean) / se**2 if se > 0 else len(values)
                critical = scipy.stats.t.ppf((1 + level) / 2, len(values) - 1)
                low, high = wilson_roots(mean, trials, critical)
                # Second way: statsmodels at the alpha whose z is this t.
                other = statsmodels.stats.proportion.proportion_confint(mean * trials, trials, 2 * scipy.stats.norm.sf(critical), "wilson")
                close(low, other[0], 1e-7, 1e-9)
                close(high, other[1], 1e-7, 1e-9)
                ends.append((mean, low, high))
            (a, l1, u1), (b, l2, u2) = ends
            rows.append((joined(first), joined(second), level, a - b, a - b - math.hypot(a - l1, u2 - b), a - b + math.hypot(u1 - a, b - l2)))
    write("independent", "values of two sets of questions, level -> mean of the first minus mean of the second, MOVER interval on Wilson intervals at n_eff with t of questions - 1", "numpy roots; statsmodels proportion_confint", "absolute 1e-9",
          ("first", "second", "level", "difference", "low", "high"), rows)


def main():
    for name in sys.argv[1:] or list(MAKERS):
        MAKERS[name]()


if __name__ == "__main__":
    main()
