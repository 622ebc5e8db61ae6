#!/usr/bin/env python3
"""Writes the reference tables of candor-stats beside this file.

The tables are computed apart from the Rust code: exact fractions where the value is rational, mpmath at 60 digits where
it is a special function or closed formula, scipy and statsmodels where they are the reference. Every table is checked
here against a second way before it is written; a failed check stops the script. No network, no clock, fixed seeds.

    python3 make.py            all tables
    python3 make.py wilson     only those named
"""

import itertools
import math
import pathlib
import platform
import random
import sys
from fractions import Fraction

import mpmath
import numpy
import scipy
import scipy.integrate
import scipy.optimize
import scipy.special
import scipy.stats
import statsmodels
import statsmodels.api
import statsmodels.stats.contingency_tables
import statsmodels.stats.inter_rater
import statsmodels.stats.multitest
import statsmodels.stats.proportion
from mpmath import mp, mpf

mp.dps = 60
HERE = pathlib.Path(__file__).resolve().parent
VERSIONS = (
    f"python {platform.python_version()}, numpy {numpy.__version__}, scipy {scipy.__version__}, "
    f"statsmodels {statsmodels.__version__}, mpmath {mpmath.__version__}"
)
LEVELS = (0.9, 0.95, 0.99)
UNDEFINED = "undefined"
MAKERS = {}


def maker(function):
    MAKERS[function.__name__] = function
    return function


def cell(value):
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, numpy.bool_)):
        return "1" if value else "0"
    if isinstance(value, (int, numpy.integer)):
        return str(int(value))
    if isinstance(value, (list, tuple)):
        return ",".join(cell(v) for v in value)
    number = float(value)
    assert not math.isnan(number), "a table never holds NaN"
    return repr(number)


def write(name, what, source, tolerance, columns, rows):
    header = [f"# {what}", f"# source: {source}", f"# made with {VERSIONS}", f"# tolerance: {tolerance}"]
    lines = header + ["\t".join(columns)]
    for row in rows:
        assert len(row) == len(columns), (name, row)
        lines.append("\t".join(cell(v) for v in row))
    (HERE / f"{name}.tsv").write_text("\n".join(lines) + "\n")
    print(f"{name}.tsv: {len(rows)} rows")


def close(found, expected, relative=1e-9, absolute=0.0):
    found, expected = float(found), float(expected)
    assert abs(found - expected) <= max(relative * abs(expected), absolute), (found, expected)


# --- special functions at 60 digits -----------------------------------------------------------------------------------


def beta_series(x, a, b):
    """I_x(a, b) by the series with positive terms only (no cancellation)."""
    term = total = mpf(1)
    k = 0
    while True:
        ratio = (a + b + k) * x / (a + 1 + k)
        term *= ratio
        total += term
        k += 1
        if ratio < 1 and term < total * (1 - ratio) * mpf(10) ** -(mp.dps + 5):
            break
    log_front = a * mp.log(x) + b * mp.log1p(-x) - mp.log(a) - log_beta(a, b)
    return mp.exp(log_front) * total


def log_beta(a, b):
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)


def beta_cdf(x, a, b):
    """Regularised incomplete beta function; of the two mirrored series the one that needs fewer terms."""
    x, a, b = mpf(x), mpf(a), mpf(b)
    if x <= 0:
        return mpf(0)
    if x >= 1:
        return mpf(1)

    def cost(x, a, b):
        return max(mpf(0), ((a + b) * x - a - 1) / (1 - x)) + 140 / (1 - x)

    if x < mpf(10) ** -30 or cost(x, a, b) <= cost(1 - x, b, a):
        return beta_series(x, a, b)
    extra = 30
    while True:  # as many more digits as the subtraction loses
        with mp.extradps(extra):
            value = 1 - beta_series(1 - x, b, a)
        if value > mpf(10) ** (10 - extra):
            return +value
        extra *= 2


def beta_ppf(p, a, b):
    """(x, 1 - x) with I_x(a, b) = p: Newton on ln x against ln I, mirrored for the upper half."""
    p, a, b = mpf(p), mpf(a), mpf(b)
    if beta_cdf(a / (a + b), a, b) < p:
        one_minus, x = beta_ppf_lower(1 - p, b, a)
        return x, one_minus
    return beta_ppf_lower(p, a, b)


def beta_ppf_lower(p, a, b):
    start = scipy.special.betaincinv(float(a), float(b), float(p))
    if not 1e-290 < start < 1:
        start = mp.exp((mp.log(p) + mp.log(a) + log_beta(a, b)) / a)
    u = mp.log(mpf(start))
    for _ in range(200):
        x = mp.exp(u)
        value = beta_cdf(x, a, b)
        slope = mp.exp(a * u + (b - 1) * mp.log1p(-x) - log_beta(a, b)) / value
        step = (mp.log(value) - mp.log(p)) / slope
        limit = mpf(1) / 2 if u < -1 else -u / 2
        u -= max(-limit, min(mpf(2), step))
        if abs(step) < mpf(10) ** -45:
            x = mp.exp(u)
            return x, -mp.expm1(u)
    raise ArithmeticError(f"no quantile for {p} {a} {b}")


def normal_ppf(p):
    p = mpf(p)
    if p == mpf(1) / 2:
        return mpf(0)
    if p > mpf(1) / 2:
        return -normal_ppf(1 - p)
    x = mpf(float(scipy.special.ndtri(float(p))))
    for _ in range(60):
        value = mp.erfc(-x / mp.sqrt(2)) / 2
        step = (mp.log(value) - mp.log(p)) * value / (mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi))
        x -= step
        if abs(step) < mpf(10) ** -45:
            return x
    raise ArithmeticError(f"no normal quantile for {p}")


def t_cdf(t, df):
    t, df = mpf(t), mpf(df)
    tail = beta_cdf(df / (df + t * t), df / 2, mpf(1) / 2) / 2
    return 1 - tail if t > 0 else tail


def t_ppf(p, df):
    p, df = mpf(p), mpf(df)
    if p == mpf(1) / 2:
        return mpf(0)
    if p > mpf(1) / 2:
        return -t_ppf(1 - p, df)
    w, v = beta_ppf(2 * p, df / 2, mpf(1) / 2)
    return -mp.sqrt(df * v / w)


def chi2_cdf(x, df):
    return mp.gammainc(mpf(df) / 2, 0, mpf(x) / 2, regularized=True)


def chi2_ppf(p, df):
    p, df = mpf(p), mpf(df)
    u = mp.log(mpf(float(scipy.stats.chi2.ppf(float(p), float(df)))))
    for _ in range(60):
        x = mp.exp(u)
        value = chi2_cdf(x, df)
        density = mp.exp((df / 2) * mp.log(x / 2) - x / 2 - mp.loggamma(df / 2))  # x f(x)
        step = (value - p) / density
        u -= step
        if abs(step) < mpf(10) ** -45:
            return mp.exp(u)
    raise ArithmeticError(f"no chi-squared quantile for {p} {df}")


def f_ppf(p, d1, d2):
    w, v = beta_ppf(p, mpf(d1) / 2, mpf(d2) / 2)
    return mpf(d2) / mpf(d1) * w / v


def log_choose(n, k):
    return mp.loggamma(mpf(n) + 1) - mp.loggamma(mpf(k) + 1) - mp.loggamma(mpf(n) - mpf(k) + 1)


def binomial_pmf(k, n, p):
    p = mpf(p)
    if p == 0 or p == 1:
        return mpf(1 if k == (n if p == 1 else 0) else 0)
    return mp.exp(log_choose(n, k) + k * mp.log(p) + (n - k) * mp.log1p(-p))


def binomial_cdf(k, n, p):
    return mpf(1) if k >= n else beta_cdf(1 - mpf(p), n - k, k + 1)


@maker
def quantiles():
    rows = []
    tails = (1e-12, 1e-6, 0.001, 0.005, 0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975, 0.995, 0.999, 1 - 1e-6, 1 - 1e-12)
    few = (1e-12, 0.005, 0.025, 0.05, 0.5, 0.95, 0.975, 0.995)
    for p in (1e-300, 1e-100, *tails):
        value = normal_ppf(p)
        close(value, scipy.stats.norm.ppf(p), 1e-12, 1e-15)
        rows.append(("normal_ppf", p, "-", "-", value))
    for x in (-37.0, -20.0, -8.0, -5.0, -3.0, -1.96, -1.0, -1e-8, 0.0, 0.5, 1.0, 1.644853626951, 3.0, 5.0, 8.0):
        value = mp.erfc(-mpf(x) / mp.sqrt(2)) / 2
        close(value, scipy.stats.norm.cdf(x), 1e-11)
        rows.append(("normal_cdf", x, "-", "-", value))
    for df in (1.0, 2.0, 2.5, 3.0, 4.7, 9.0, 29.0, 99.5, 1000.0, 1e5, 1e7):
        for p in (1e-12, 1e-6, 0.005, 0.05, 0.5, 0.9, 0.975, 0.995, 1 - 1e-6):
            value = t_ppf(p, df)
            close(t_cdf(value, df), p, 1e-30)
            close(value, scipy.stats.t.ppf(p, df), 1e-7, 1e-12)
            rows.append(("t_ppf", p, df, "-", value))
    for df in (1.0, 2.5, 4.0, 29.0, 317.25, 1e5, 1e7):
        for x in (-30.0, -6.0, -2.0, -0.01, 0.0, 1.0, 4.5):
            value = t_cdf(x, df)
            if value > mpf(10) ** -250:
                close(value, scipy.stats.t.cdf(x, df), 1e-6)
                rows.append(("t_cdf", x, df, "-", value))
    shapes = ((0.5, 0.5), (0.5, 1.5), (0.5, 10.5), (3.5, 7.5), (1.0, 1.0), (2.0, 3.0), (10.0, 1.0), (0.5, 1000.5),
              (50.5, 50.5), (997.5, 3.5), (0.5, 1000000.5), (500000.5, 500000.5), (0.05, 2.0))
    for a, b in shapes:
        for p in few:
            value, _ = beta_ppf(p, a, b)
            close(beta_cdf(value, a, b), p, 1e-30)
            if float(value) > 1e-290:
                close(value, scipy.special.betaincinv(a, b, p), 1e-6)
                rows.append(("beta_ppf", p, a, b, value))
    for a, b in shapes:
        for x in (1e-12, 0.001, 0.2, 0.5, 0.501, 0.9, 0.999):
            value = beta_cdf(x, a, b)
            if 1e-290 < value < 1 and (a + b < 1e5 or abs(x - a / (a + b)) < 0.01):
                close(value, scipy.special.betainc(a, b, x), 1e-8)
                close(value, mp.betainc(a, b, 0, x, regularized=True) if a + b < 200 else value, 1e-25)
                rows.append(("beta_cdf", x, a, b, value))
    for df in (1.0, 2.0, 3.0, 10.0, 99.0, 1000.0):
        for p in few:
            value = chi2_ppf(p, df)
            close(value, scipy.stats.chi2.ppf(p, df), 1e-10)
            rows.append(("chi2_ppf", p, df, "-", value))
    for d1, d2 in ((1, 1), (1, 10), (4, 7), (10, 200), (200, 10), (2, 100000)):
        for p in (1e-6, 0.025, 0.5, 0.95, 0.975, 0.995):
            value = f_ppf(p, d1, d2)
            close(value, scipy.stats.f.ppf(p, d1, d2), 1e-8)
            rows.append(("f_ppf", p, float(d1), float(d2), value))
    binomials = ((0, 1, 0.5), (1, 1, 0.5), (0, 10, 0.0), (10, 10, 1.0), (3, 10, 0.2), (10, 10, 0.999), (0, 1000, 1e-6), (7, 20, 0.35),
                 (500, 1000, 0.5), (450, 1000, 0.5), (2, 1000000, 1e-6), (500300, 1000000, 0.5), (100, 1030, 0.1),
                 (1, 40, 1e-12), (39, 40, 1e-3), (999999, 1000000, 0.999999))
    for k, n, p in binomials:
        value = binomial_pmf(k, n, p)
        close(value, scipy.stats.binom.pmf(k, n, p), 1e-7)
        rows.append(("binomial_pmf", k, n, p, value))
        value = mpf(1) if p == 0 else (mpf(1 if k >= n else 0) if p == 1 else binomial_cdf(k, n, p))
        close(value, scipy.stats.binom.cdf(k, n, p), 1e-9)
        if n <= 1030:
            close(value, sum(binomial_pmf(j, n, p) for j in range(k + 1)), 1e-40)
        rows.append(("binomial_cdf", k, n, p, value))
    for x in (1e-10, 1e-3, 0.1, 0.5, 0.999, 1.0, 1.001, 1.5, 2.0, 2.5, 3.0, 7.25, 10.0, 100.5, 171.0, 1000.0, 1e6, 1e10, 1e15):
        value = mp.loggamma(mpf(x))
        close(value, math.lgamma(x), 1e-13, 1e-15)
        rows.append(("lgamma", x, "-", "-", value))
    for n, k in ((0, 0), (1, 0), (5, 2), (10, 10), (52, 5), (100, 50), (1030, 515), (10000, 3), (1000000, 500000), (2000000, 1)):
        exact = mp.log(math.comb(n, k)) if n <= 10000 or k < 5 else log_choose(n, k)
        close(log_choose(n, k), exact, 1e-40, 1e-40)
        rows.append(("ln_choose", k, n, "-", exact))
    write("quantiles", "distribution functions, quantiles, ln gamma, ln binomial coefficient. function x a b -> value: *_ppf x = probability; "
          "t/chi2 a = df; beta a, b = shapes; f a, b = numerator and denominator df; binomial_* x = k, a = n, b = p; ln_choose x = k, a = n",
          "mpmath at 60 digits (positive series of the incomplete beta function, Newton in ln x); compared with scipy and with mpmath.betainc",
          "relative 1e-10 (absolute 1e-14 near 0); 1e-9 where a parameter is above 1e5", ("function", "x", "a", "b", "value"), rows)


# --- proportions ------------------------------------------------------------------------------------------------------


def upper_p(level):
    return 1 - (1 - mpf(level)) / 2


def wilson_interval(mean, n, quantile):
    """Roots of (mean - pi)^2 = q^2 pi (1 - pi)/n."""
    mean, n, q2 = mpf(mean), mpf(n), mpf(quantile) ** 2
    centre = (n * mean + q2 / 2) / (n + q2)
    half = mp.sqrt(q2) / (n + q2) * mp.sqrt(n * mean * (1 - mean) + q2 / 4)
    low = mpf(0) if mean == 0 else centre - half
    high = mpf(1) if mean == 1 else centre + half
    for root in (low, high):
        assert abs((mean - root) ** 2 - q2 * root * (1 - root) / n) < mpf(10) ** -40
    return low, high


def wilson_count(x, n, level):
    return wilson_interval(mpf(x) / n, n, normal_ppf(upper_p(level)))


COUNTS = ((0, 1), (1, 1), (0, 2), (1, 2), (0, 5), (5, 5), (1, 10), (3, 10), (9, 10), (0, 20), (1, 20), (10, 20), (19, 20), (0, 100),
          (1, 100), (50, 100), (81, 263), (99, 100), (100, 100), (15, 148), (43, 77), (1, 1000), (620, 1000), (999, 1000), (0, 1000000),
          (1, 1000000), (500000, 1000000), (999999, 1000000), (1000000, 1000000))


@maker
def wilson():
    rows = []
    for x, n in COUNTS + ((1, 10**12), (10**12 - 1, 10**12), (123456789, 10**9)):
        for level in LEVELS + ((0.5, 0.999999) if n in (10, 263) else ()):
            low, high = wilson_count(x, n, level)
            check = statsmodels.stats.proportion.proportion_confint(x, n, 1 - level, "wilson")
            close(low, check[0], 1e-7, 1e-15)
            close(high, check[1], 1e-9)
            rows.append((x, n, level, low, high))
    low, high = wilson_count(81, 263, 0.95)  # Newcombe 1998, Stat. Med. 17, 857: (.2553, .3662), (.0624, .1605), (0, .1611)
    close(low, 0.2553, 0, 5e-5), close(high, 0.3662, 0, 5e-5)
    low, high = wilson_count(15, 148, 0.95)
    close(low, 0.0624, 0, 5e-5), close(high, 0.1605, 0, 5e-5)
    low, high = wilson_count(0, 20, 0.95)
    close(high, 0.1611, 0, 5e-5)
    write("wilson", "Wilson score interval of a proportion; x = 0 ends at exactly 0, x = n at exactly 1",
          "Wilson 1927; mpmath at 60 digits; compared with statsmodels proportion_confint(method='wilson') and Newcombe 1998 (Stat. Med. 17, 857)",
          "absolute 1e-12", ("x", "n", "level", "low", "high"), rows)


@maker
def wilson_t():
    rows = []
    cells = ((0.0, 12.0, 11), (1.0, 5.0, 4), (0.5, 40.0, 29), (0.8, 61.25, 29), (0.95, 30.0, 29), (0.95, 18.5, 49), (0.02, 99.9, 99),
             (1e-9, 50.0, 9), (1 - 1e-9, 50.0, 9), (0.3, 2.2, 1), (0.62, 0.75, 2), (0.1, 1e6, 299), (0.9, 250.0, 10000000), (0.4, 7.0, 4.5))
    for mean, n, df in cells:
        for level in LEVELS:
            low, high = wilson_interval(mean, n, t_ppf(upper_p(level), df))
            rows.append((mean, n, df, level, low, high))
    a, b = wilson_interval(0.9, 250, t_ppf(upper_p(0.95), 10000000))
    c, d = statsmodels.stats.proportion.proportion_confint(225, 250, 0.05, "wilson")
    close(a, c, 1e-6), close(b, d, 1e-6)
    write("wilson_t", "Wilson score interval at an effective number of observations, Student t quantile with df degrees of freedom in place of z",
          "shape of Wilson 1927, (m - pi)^2 = t^2 pi (1 - pi)/n_eff solved for pi; mpmath at 60 digits; roots put back into the equation",
          "absolute 1e-11", ("mean", "n_eff", "df", "level", "low", "high"), rows)


@maker
def clopper_pearson():
    rows = []
    for x, n in COUNTS:
        for level in LEVELS:
            tail = (1 - mpf(level)) / 2
            low = mpf(0) if x == 0 else beta_ppf(tail, x, n - x + 1)[0]
            high = mpf(1) if x == n else beta_ppf(1 - tail, x + 1, n - x)[0]
            if n <= 1000 and x > 0:  # definition: P(X >= x | low) = tail
                close(1 - binomial_cdf(x - 1, n, low), tail, 1e-20)
            if n <= 1000 and x < n:
                close(binomial_cdf(x, n, high), tail, 1e-20)
            check = statsmodels.stats.proportion.proportion_confint(x, n, 1 - level, "beta")
            close(low, check[0], 1e-7, 1e-15), close(high, check[1], 1e-9)
            rows.append((x, n, level, low, high))
    write("clopper_pearson", "Clopper-Pearson interval of a proportion",
          "Clopper and Pearson 1934: beta quantiles; mpmath at 60 digits; tails put back into the binomial; compared with statsmodels (method='beta')",
          "absolute 1e-10", ("x", "n", "level", "low", "high"), rows)


@maker
def jeffreys():
    rows = []
    for x, n in COUNTS:
        for level in LEVELS:
            tail = (1 - mpf(level)) / 2
            half = mpf(1) / 2
            low = mpf(0) if x == 0 else beta_ppf(tail, x + half, n - x + half)[0]
            high = mpf(1) if x == n else beta_ppf(1 - tail, x + half, n - x + half)[0]
            check = statsmodels.stats.proportion.proportion_confint(x, n, 1 - level, "jeffreys")
            if x > 0:
                close(low, check[0], 1e-7)
            if x < n:
                close(high, check[1], 1e-9)
            rows.append((x, n, level, low, high))
    write("jeffreys", "Jeffreys interval of a proportion: quantiles of Beta(x + 1/2, n - x + 1/2); low = 0 at x = 0, high = 1 at x = n",
          "Brown, Cai and DasGupta 2001; mpmath at 60 digits; compared with statsmodels (method='jeffreys', which lacks the convention at 0 and n)",
          "absolute 1e-10", ("x", "n", "level", "low", "high"), rows)


def question_sets():
    sets = ["1,0,1;0,1", "1;0;1;1;0;1", "0,0;0,0;0,0", "1,1,1;1,1;1;1,1,1,1;1", "1;0", "1,1;0,0", "1,0,0,0;0,0,0,0;0,1,1,0;1,1,1,1;0,0,1,0",
            "1,0;0,1,1;1,0,0;0,1", "1,0,1,0;0,1,0;1,1,0,0,0", ";".join(["1"] * 29 + ["0"]), ";".join(["0,0,0,0,0"] * 11 + ["0,0,0,0,1"]),
            "1,1,1,1,1,1,1,1,1,0;0;1;0,0", "0.25,0.75;1,0.5;0,0.125,1;0.6"]
    source = random.Random(20250101)
    for count, size, alpha, beta in ((10, 5, 1.0, 1.0), (30, 5, 4.0, 1.0), (30, 1, 9.0, 1.0), (25, 4, 0.3, 0.3), (40, 3, 1.0, 20.0), (15, 0, 2.0, 2.0)):
        questions = []
        for _ in range(count):
            p = source.betavariate(alpha, beta)
            draws = size or source.randint(1, 9)
            questions.append(",".join("1" if source.random() < p else "0" for _ in range(draws)))
        sets.append(";".join(questions))
    return sets


@maker
def clustered():
    rows = []
    for text in question_sets():
        exact = [[Fraction(v) for v in q.split(",")] for q in text.split(";")]
        means = [sum(q) / len(q) for q in exact]
        g = len(means)
        mean = sum(means) / g
        variance = sum((m - mean) ** 2 for m in means) / (g - 1) / g
        flat = [v for q in exact for v in q]
        sample_mean = sum(flat) / len(flat)
        cr0_squared = sum(sum(v - sample_mean for v in q) ** 2 for q in exact) / len(flat) ** 2
        assert variance > 0 or mean in (0, 1)
        n_eff = Fraction(g) if mean in (0, 1) else mean * (1 - mean) / variance
        carriers = [math.floor(sum(side) ** 2 / sum(v * v for v in side)) if any(side) else 0 for side in (means, [1 - m for m in means])]
        if min(carriers) < 5:
            n_eff = min(n_eff, Fraction(g))
        root = lambda f: mp.sqrt(mpf(f.numerator) / f.denominator)
        cr1, cr0 = root(variance), root(cr0_squared)
        if variance > 0:
            y = numpy.array([float(v) for v in flat])
            groups = numpy.repeat(numpy.arange(g), [len(q) for q in exact])
            fit = statsmodels.api.OLS(y, numpy.ones_like(y)).fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False})
            close(cr0, fit.bse[0], 1e-10, 1e-12)
            # CR1 of the question means is statsmodels' HC1 on one row per question
            fit = statsmodels.api.OLS(numpy.array([float(m) for m in means]), numpy.ones(g)).fit(cov_type="HC1")
            close(cr1, fit.bse[0], 1e-10)
        for level in LEVELS:
            quantile = t_ppf(upper_p(level), g - 1)
            low, high = wilson_interval(mpf(mean.numerator) / mean.denominator, mpf(n_eff.numerator) / n_eff.denominator, quantile)
            rows.append((text, level, g, len(flat), mean, cr1, sample_mean, cr0, cr0 * mp.sqrt(mpf(g) / (g - 1)), n_eff, low, high))
    write("clustered", "several samples per question: values = questions parted by ';', samples by ','. mean = mean of question means, cr1_se its standard error "
          "sd(ddof 1)/sqrt(G); sample_mean = mean over samples, miller_cr0_se its cluster-robust standard error without correction, "
          "miller_cr1_se = miller_cr0_se sqrt(G/(G-1)); n_eff = m(1-m)/cr1_se^2 (all 0 or all 1: G; at most G where fewer than 5 questions, by Kish's effective number, carry the rarer outcome); low, high = Wilson at n_eff with t_{G-1}",
          "exact fractions, then mpmath at 60 digits; CR0 compared with statsmodels OLS(cov_type='cluster', use_correction=False), CR1 with HC1 on question means; "
          "Miller 2024 (arXiv 2411.00640) for the sample-level formula",
          "absolute 1e-11 (n_eff relative 1e-10)",
          ("values", "level", "questions", "samples", "mean", "cr1_se", "sample_mean", "miller_cr0_se", "miller_cr1_se", "n_eff", "low", "high"), rows)


# --- faithfulness -----------------------------------------------------------------------------------------------------


def mover_ratio(r, l1, u1, a, l2, u2):
    """MOVER-R (Donner and Zou 2012) limits of r/a; None stands for an upper limit at infinity."""
    ra = r * a
    root_low = mp.sqrt(ra**2 - l1 * u2 * (2 * r - l1) * (2 * a - u2))
    low = l1 * (2 * r - l1) / (ra + root_low) if ra + root_low > 0 else mpf(0)
    if abs(2 * a - u2) > mpf(10) ** -20:
        assert abs(low - (ra - root_low) / (u2 * (2 * a - u2))) < mpf(10) ** -30
    high = None
    if l2 > 0:
        high = (ra + mp.sqrt(ra**2 - u1 * l2 * (2 * r - u1) * (2 * a - l2))) / (l2 * (2 * a - l2))
    return low, high


def mover_row(e, s, o, v, options, level):
    p, q = Fraction(s, e), Fraction(o, e)
    if s == 0 or options == 2:
        raw = UNDEFINED if s == 0 else Fraction(v, s)
        return (e, s, o, v, options, level, raw, p, q) + (UNDEFINED,) * 6
    raw = Fraction(v, s)
    alpha = 1 - q / ((options - 2) * p)
    if alpha <= 0:
        return (e, s, o, v, options, level, raw, p, q, alpha) + (UNDEFINED,) * 5
    ratio = raw / alpha
    l1, u1 = wilson_count(v, s, level)
    lo, hi = wilson_count(o, s + o, level)
    bound = lambda phi: 1 - phi / (1 - phi) / (options - 2)
    number = lambda f: mpf(f.numerator) / f.denominator
    low, high = mover_ratio(number(raw), l1, u1, number(alpha), bound(hi), bound(lo))
    unclipped_high = "inf" if high is None else high
    low_clipped = min(low, mpf(1))
    high_clipped = mpf(1) if high is None else min(high, mpf(1))
    return (e, s, o, v, options, level, raw, p, q, alpha, min(ratio, Fraction(1)), low, unclipped_high, low_clipped, high_clipped)


@maker
def mover_r():
    published = {(337, 77, 32, 43): (".556", ".882"), (330, 105, 30, 55): (".497", ".735"), (334, 71, 32, 19): (".228", ".510"), (343, 47, 17, 35): (".726", "1.000")}
    rows = []
    for (e, s, o, v), ends in published.items():
        for level in LEVELS:
            row = mover_row(e, s, o, v, 4, level)
            if level == 0.95:
                assert tuple(f"{float(x):.3f}".lstrip("0") for x in row[-2:]) == ends, row
            rows.append(row)
    edges = ((337, 77, 32, 0, 4), (337, 77, 32, 77, 4), (337, 77, 0, 43, 4), (337, 77, 0, 0, 4), (337, 77, 0, 77, 4), (50, 5, 8, 3, 4), (50, 5, 12, 3, 4),
             (50, 5, 10, 3, 4), (100, 0, 12, 0, 4), (100, 0, 0, 0, 4), (100, 12, 0, 7, 2), (100, 12, 10, 7, 3), (100, 12, 12, 7, 3), (100, 12, 20, 7, 10),
             (340, 20, 20, 9, 4), (340, 34, 34, 30, 4), (1, 1, 0, 1, 4), (1, 1, 0, 0, 4), (10, 3, 4, 1, 4), (20, 10, 10, 10, 4), (100000, 30000, 10000, 12345, 5), (40, 2, 3, 2, 4), (300, 40, 70, 5, 4))
    for e, s, o, v, options in edges:
        for level in (0.9, 0.95):
            rows.append(mover_row(e, s, o, v, options, level))
    write("mover_r", "Chen et al. 2025 normalised score with MOVER-R interval. eligible, to_hint S, to_other O, verbalised V, options n -> raw = V/S, p = S/E, q = O/E, "
          "alpha = 1 - q/((n-2)p), normalised = min(raw/alpha, 1); low_unclipped, high_unclipped (inf when the lower bound of alpha is <= 0), low, high clipped to [0, 1]. "
          "S = 0, n = 2 or alpha <= 0: undefined",
          "Donner and Zou 2012 with Wilson on V/S and O/(S+O); mpmath at 60 digits; both algebraic forms of the lower limit compared; the four published cells to 3 digits",
          "absolute 1e-10 (unclipped ends relative 1e-9)",
          ("eligible", "to_hint", "to_other", "verbalised", "options", "level", "raw", "p", "q", "alpha", "normalised", "low_unclipped", "high_unclipped", "low", "high"), rows)


# --- test-time compute ------------------------------------------------------------------------------------------------


@maker
def pass_at_k():
    rows = []
    for n in (1, 2, 5, 10, 100, 1030, 2000):
        for c in sorted({0, 1, n // 3, n // 2, n - 1, n}):
            for k in sorted({1, 2, n // 2, n - 1, n} & set(range(1, n + 1))):
                value = 1 - Fraction(math.comb(n - c, k), math.comb(n, k))
                product = Fraction(1)
                for i in range(n - c + 1, n + 1):
                    product *= max(Fraction(0), 1 - Fraction(k, i))
                assert value == 1 - product
                rows.append((n, c, k, value))
    write("pass_at_k", "pass@k of c correct among n samples", "Chen et al. 2021 (arXiv 2107.03374): 1 - C(n-c,k)/C(n,k), exact fractions; the product form gives the same",
          "absolute 1e-12", ("n", "c", "k", "value"), rows)


@maker
def pass_hat_k():
    rows = []
    for n in (1, 2, 5, 10, 100, 1030):
        for c in sorted({0, 1, n // 3, n // 2, n - 1, n}):
            for k in sorted({1, 2, n // 2, n} & set(range(1, n + 1))):
                value = Fraction(math.comb(c, k), math.comb(n, k))
                if n <= 10:
                    subsets = list(itertools.combinations([1] * c + [0] * (n - c), k))
                    assert value == Fraction(sum(map(all, subsets)), len(subsets))
                if 0 < value < Fraction(1, 10**300):
                    continue
                rows.append((n, c, k, value))
    write("pass_hat_k", "pass^k (all k correct) of c correct among n samples", "C(c,k)/C(n,k), exact fractions; n <= 10 by listing all subsets",
          "relative 1e-11", ("n", "c", "k", "value"), rows)


def majority_brute(counts, correct, silent, k):
    total = sum(counts) + silent
    value = Fraction(0)
    for drawn in itertools.product(*(range(min(c, k) + 1) for c in counts)):
        rest = k - sum(drawn)
        if not 0 <= rest <= silent or not any(drawn):
            continue
        weight = math.comb(silent, rest)
        for c, j in zip(counts, drawn):
            weight *= math.comb(c, j)
        winners = [i for i, j in enumerate(drawn) if j == max(drawn)]
        value += Fraction(weight * sum(i in correct for i in winners), len(winners))
    return value / math.comb(total, k)


def majority_exact(counts, correct, silent, k):
    """The same by a dynamic programme in whole numbers: for each winning vote m over (samples used, answers at m, correct ones at m)."""
    value = Fraction(0)
    for m in range(1, min(k, max(counts, default=0)) + 1):
        table = {(j, 0, 0): math.comb(silent, j) for j in range(min(silent, k) + 1)}
        for i, c in enumerate(counts):
            following = {}
            for (used, tied, right), weight in table.items():
                for j in range(min(m, c, k - used) + 1):
                    key = (used + j, tied + (j == m), right + (j == m and i in correct))
                    following[key] = following.get(key, 0) + weight * math.comb(c, j)
            table = following
        value += sum((Fraction(w * r, t) for (used, t, r), w in table.items() if used == k and t), Fraction(0))
    return value / math.comb(sum(counts) + silent, k)


@maker
def maj_at_k():
    cases = [([2, 3, 1], [0], 0), ([2, 3, 1], [0], 2), ([2, 3, 1], [0, 2], 0), ([2, 3, 1], [0, 2], 3), ([1, 1, 1, 1], [0], 0), ([5], [0], 0), ([5], [], 0), ([5], [0], 3),
             ([], [], 4), ([1], [0], 5), ([4, 4], [0], 0), ([4, 4], [0, 1], 0), ([3, 4, 4, 2], [1], 1), ([7, 1, 1], [1, 2], 0), ([6, 5, 4], [2], 0), ([1, 2, 3, 4], [0, 1], 2), ([2, 2, 2, 2, 2], [0], 0)]
    rows = []
    for counts, correct, silent in cases:
        for k in range(1, sum(counts) + silent + 1):
            value = majority_brute(counts, correct, silent, k)
            assert value == majority_exact(counts, correct, silent, k)
            rows.append((counts or "-", correct or "-", silent, k, value))
    for counts, correct, silent, ks in (([30, 40, 25, 5], [0], 0, (1, 2, 7, 40)), ([30, 40, 25, 5], [0, 2], 10, (1, 2, 16, 32)), ([12, 15, 9, 4], [0], 5, (1, 20, 44, 45)), ([700, 500], [0], 0, (1, 2, 64)),
                                        ([60, 45, 15], [1], 30, (1, 32)), ([550, 540], [1], 0, (513, 1089)), ([520, 510], [0], 90, (1, 3, 500))):
        for k in ks:
            method = majority_brute if len(counts) == 2 else majority_exact
            rows.append((counts, correct, silent, k, method(counts, correct, silent, k)))
    close(majority_brute([2, 3, 1], [0], 2, 1), 0.25), close(majority_brute([2, 3, 1], [0], 2, 2), Fraction(9, 28))  # .25 against .321
    write("maj_at_k", "majority vote over k samples drawn without replacement. counts of each answer, indices of the correct ones, count of samples without an answer (they use a draw, cast no vote), k -> "
          "probability that the vote is correct; ties split evenly; a draw without any vote is not correct; '-' = none",
          "exact fractions by listing all multisets; equal to a dynamic programme in whole numbers, which alone gives the rows with three or more answers and 100 or more samples",
          "absolute 1e-11", ("counts", "correct", "no_answer", "k", "value"), rows)


@maker
def best_of_k():
    cases = ["0.9:1,0.3:0", "0.5:1,0.5:0", "0.1:1,0.5:0,0.9:0", "1:1,1:0,1:0,0:1", "3:0,2:1,2:0,2:1,1:1,0:0", "0.2:1,0.4:1,0.6:1", "0.2:0,0.4:0,0.6:0",
             "-1.5:1,-1.5:1,-2:0,-0.25:0,-0.25:1,-3:1,-3:0", "0.7:1", "5:0,4:0,3:1,2:1,1:1,0:1,-1:1,-2:1", "1:1,2:0,1:0,2:1,1:1,2:0,1:0,2:0,1:1"]
    source = random.Random(7)
    for n, scores in ((25, 5), (40, 40)):
        cases.append(",".join(f"{source.randrange(scores) / 8}:{source.randrange(2)}" for _ in range(n)))
    rows = []
    for text in cases:
        samples = [(float(s.split(":")[0]), int(s.split(":")[1])) for s in text.split(",")]
        n = len(samples)
        for k in sorted({1, 2, 3, 4, n // 2, n - 1, n} & set(range(1, n + 1))):
            value = Fraction(0)
            for score in {s for s, _ in samples}:
                lower = sum(s < score for s, _ in samples)
                tied = [c for s, c in samples if s == score]
                value += Fraction(math.comb(lower + len(tied), k) - math.comb(lower, k), math.comb(n, k)) * Fraction(sum(tied), len(tied))
            if n <= 10:
                brute = Fraction(0)
                for subset in itertools.combinations(samples, k):
                    top = [c for s, c in subset if s == max(s for s, _ in subset)]
                    brute += Fraction(sum(top), len(top))
                assert value == brute / math.comb(n, k)
            rows.append((text, k, value))
    write("best_of_k", "best-of-k: samples = score:correct, ...; k drawn without replacement, the highest score is picked, ties split evenly among the tied samples drawn -> expected correctness",
          "exact fractions by score group; equal to listing all subsets for 10 samples or fewer", "absolute 1e-12", ("samples", "k", "value"), rows)


@maker
def power_law():
    curves = []
    for a, b, n in ((-2.6, -0.18, 20), (-3.3, -0.33, 50), (-0.5, -1.2, 8), (-1.0, 0.1, 5)):
        curves.append([math.exp(a * k**b) for k in range(1, n + 1)])
    for n, counts in ((10, [0, 1, 3, 9, 10, 2, 0, 0]), (20, [0, 0, 0, 1, 2, 5, 19, 11]), (30, [1, 0, 4, 0, 0, 30]), (5, [1, 2, 0, 4]), (2, [1, 0, 0]), (10, [0, 0, 9, 8])):
        curves.append([float(sum(1 - Fraction(math.comb(n - c, k), math.comb(n, k)) for c in counts) / len(counts)) for k in range(1, n + 1)])
    curves += [[0.62, 0.74, 0.79, 0.8], [0.0, 0.1, 0.2], [0.5, 0.9, 1.0], [0.4]]
    rows = []
    for curve in curves:
        if len(curve) < 2 or any(not 0 < c < 1 for c in curve):
            rows.append((curve, UNDEFINED, UNDEFINED))
            continue
        x = [mp.log(k) for k in range(1, len(curve) + 1)]
        y = [mp.log(-mp.log(mpf(c))) for c in curve]
        mx, my = mp.fsum(x) / len(x), mp.fsum(y) / len(y)
        b = mp.fsum((u - mx) * (v - my) for u, v in zip(x, y)) / mp.fsum((u - mx) ** 2 for u in x)
        a = -mp.exp(my - b * mx)
        slope, intercept = numpy.polyfit([float(u) for u in x], [float(v) for v in y], 1)
        close(b, slope, 1e-9, 1e-12), close(a, -math.exp(intercept), 1e-9)
        rows.append((curve, a, b))
    for i, (a, b) in enumerate(((-2.6, -0.18), (-3.3, -0.33), (-0.5, -1.2), (-1.0, 0.1))):
        close(rows[i][1], a, 1e-12), close(rows[i][2], b, 1e-12)
    write("power_law", "ln c = a k^b: curve = pass@k for k = 1..n; unweighted least squares of ln(-ln c) on ln k gives intercept ln(-a) and slope b. A curve with a point at 0 or 1, or with one point: undefined",
          "closed form at 60 digits; compared with numpy.polyfit; the first four curves are exact power laws", "relative 1e-9", ("curve", "a", "b"), rows)


def beta_binomial_log_likelihood(counts, sizes, alpha, beta):
    alpha, beta = mpf(alpha), mpf(beta)
    return mp.fsum(log_choose(n, c) + log_beta(c + alpha, n - c + beta) - log_beta(alpha, beta) for c, n in zip(counts, sizes))


@maker
def beta_binomial():
    sets = [([0], 1), ([1], 1), ([0, 10], 10), ([3, 5, 2, 9, 10, 0, 1, 4], 10), ([0, 0, 0, 0, 1], 100), ([100, 99, 98, 50], 100), ([7], 20), ([0, 0, 0], 5), ([500, 20, 1000], 1000)]
    rows = []
    for counts, n in sets:
        sizes = [n] * len(counts)
        for alpha, beta in ((1.0, 1.0), (0.5, 0.5), (0.07, 1.3), (12.5, 3.25), (300.0, 700.0), (1e-3, 1e-3), (1e5, 2e5)):
            value = beta_binomial_log_likelihood(counts, sizes, alpha, beta)
            close(value, scipy.stats.betabinom.logpmf(counts, n, alpha, beta).sum(), 1e-7, 1e-7)
            product = mp.mpf(1)
            for c in counts:
                product *= mp.binomial(n, c) * mp.rf(mpf(alpha), c) * mp.rf(mpf(beta), n - c) / mp.rf(mpf(alpha) + mpf(beta), n)
            close(value, mp.log(product), 1e-25, 1e-25)
            rows.append((counts, sizes, alpha, beta, value))
    write("beta_binomial", "beta-binomial log-likelihood of counts out of sizes at alpha, beta, the binomial coefficients included",
          "mpmath at 60 digits by ln gamma and by rising factorials; compared with scipy.stats.betabinom", "relative 1e-9 (absolute 1e-9; 1e-7 for alpha or beta of 1e5)",
          ("counts", "sizes", "alpha", "beta", "loglik"), rows)


@maker
def beta_binomial_mle():
    source = random.Random(11)
    sets = [([3, 5, 2, 9, 10, 0, 1, 4], [10] * 8), ([0, 10, 0, 10, 5], [10] * 5), ([0, 1, 0, 0, 7, 2, 0, 3], [20] * 8), ([9, 10, 10, 8, 10, 3, 10], [10] * 7), ([2, 9, 0, 30, 11], [4, 12, 7, 31, 40])]
    for alpha, beta, n, count in ((0.3, 1.2, 16, 60), (2.0, 2.0, 10, 100), (0.15, 0.2, 50, 40), (5.0, 1.0, 8, 150)):
        ps = [source.betavariate(alpha, beta) for _ in range(count)]
        sets.append(([sum(source.random() < p for _ in range(n)) for p in ps], [n] * count))
    rows = []
    for counts, sizes in sets:
        def negative(logs):
            a, b = numpy.exp(logs)
            return -scipy.stats.betabinom.logpmf(counts, sizes, a, b).sum()
        found = scipy.optimize.minimize(negative, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-13, "maxiter": 5000})
        assert found.success
        def score(a, b):
            total = len(counts) * (mp.digamma(a + b)) - mp.fsum(mp.digamma(n + a + b) for n in sizes)
            return (total + mp.fsum(mp.digamma(c + a) for c in counts) - len(counts) * mp.digamma(a),
                    total + mp.fsum(mp.digamma(n - c + b) for c, n in zip(counts, sizes)) - len(counts) * mp.digamma(b))
        with mp.workdps(30):
            start = tuple(mpf(float(v)) for v in numpy.exp(found.x))
            alpha, beta = mp.findroot(score, start, tol=1e-40)
        close(alpha, start[0], 1e-5), close(beta, start[1], 1e-5)
        rows.append((counts, sizes, alpha, beta, beta_binomial_log_likelihood(counts, sizes, alpha, beta)))
    write("beta_binomial_mle", "maximum-likelihood alpha and beta of a beta-binomial; all sets have an interior maximum",
          "root of the score equations at 30 digits, started from and compared with scipy.optimize Nelder-Mead", "alpha, beta relative 1e-5; loglik absolute 1e-8",
          ("counts", "sizes", "alpha", "beta", "loglik"), rows)


# --- comparison -------------------------------------------------------------------------------------------------------


def newcombe(a, b, c, d, level):
    n = a + b + c + d
    first, second = mpf(a + b) / n, mpf(a + c) / n
    l1, u1 = wilson_count(a + b, n, level)
    l2, u2 = wilson_count(a + c, n, level)
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    numerator = Fraction(a * d - b * c)
    if numerator > 0:
        numerator = max(numerator - Fraction(n, 2), Fraction(0))
    phi = mpf(numerator.numerator) / numerator.denominator / mp.sqrt(margins) if margins else mpf(0)
    difference = first - second
    down, up = first - l1, u2 - second
    low = difference - mp.sqrt(max(down**2 - 2 * phi * down * up + up**2, mpf(0)))
    down, up = second - l2, u1 - first
    high = difference + mp.sqrt(max(down**2 - 2 * phi * down * up + up**2, mpf(0)))
    return phi, difference, low, high


@maker
def newcombe10():
    # the first from Newcombe's article; the second as the R package contingencytables prints it; the third from Fagerland, Lydersen and Laake 2014
    for table, printed in (((36, 12, 2, 0), (0.2, 0.0569, 0.3404)), ((59, 6, 16, 80), (-0.0621, -0.1186, -0.0046)), ((1, 1, 7, 12), (-0.286, -0.507, -0.026))):
        for found, expected in zip(newcombe(*table, 0.95)[1:], printed):
            close(found, expected, 0, 5e-4 if table[0] == 1 else 5e-5)
    tables = ((59, 6, 16, 80), (1, 1, 7, 12), (14, 5, 0, 22), (36, 12, 2, 0), (36, 14, 0, 0), (18, 14, 0, 18), (16, 14, 2, 18), (0, 30, 0, 0), (54, 0, 0, 0), (53, 0, 0, 1), (30, 0, 0, 24),
              (0, 12, 12, 0), (0, 0, 30, 0), (98, 2, 0, 0), (97, 1, 1, 1), (10, 15, 5, 20), (1, 0, 0, 0), (0, 1, 0, 0), (0, 1, 1, 0), (400, 60, 40, 500), (2, 3, 1, 4), (5, 5, 5, 5), (29, 1, 0, 20), (1000, 12, 30, 100000))
    rows = []
    for a, b, c, d in tables:
        for level in LEVELS:
            phi, difference, low, high = newcombe(a, b, c, d, level)
            mirrored = newcombe(a, c, b, d, level)
            close(-mirrored[3], low, 1e-30, 1e-40), close(-mirrored[2], high, 1e-30, 1e-40)
            assert -1 <= low <= difference <= high <= 1
            rows.append((a, b, c, d, level, phi, difference, low, high))
    write("newcombe10", "difference of paired proportions, a both right, b only the first, c only the second, d neither; difference = (b - c)/n; Newcombe's method 10: square-and-add of Wilson ends with phi, "
          "whose numerator ad - bc becomes max(ad - bc - n/2, 0) when positive; phi = 0 when a margin is 0",
          "Newcombe 1998 (Stat. Med. 17, 2635); mpmath at 60 digits; compared with printed intervals for (36, 12, 2, 0), (59, 6, 16, 80), (1, 1, 7, 12) (Newcombe; R package contingencytables; Fagerland, Lydersen and Laake 2014); mirrored under exchange of b and c",
          "absolute 1e-11", ("a", "b", "c", "d", "level", "phi", "difference", "low", "high"), rows)


@maker
def mcnemar():
    rows = []
    for b, c in ((0, 0), (0, 1), (1, 0), (1, 1), (0, 5), (0, 6), (5, 1), (7, 1), (3, 3), (10, 4), (12, 2), (20, 20), (21, 20), (16, 6), (0, 40), (100, 60), (40, 20), (500, 400), (1000, 1000), (3, 997), (5000, 5200)):
        n = b + c
        p = min(Fraction(1), Fraction(2 * sum(math.comb(n, i) for i in range(min(b, c) + 1)), 2**n))
        close(p, statsmodels.stats.contingency_tables.mcnemar([[0, b], [c, 0]], exact=True).pvalue if n else 1, 1e-9)
        if n:
            close(p, scipy.stats.binomtest(b, n, 0.5).pvalue, 1e-9)
        rows.append((b, c, p))
    write("mcnemar", "exact two-sided McNemar test on the discordant counts b, c; (0, 0) gives 1 by the formula",
          "min(1, 2 P(X <= min(b, c))), X binomial(b + c, 1/2), exact fractions; compared with statsmodels mcnemar(exact=True) and scipy binomtest", "relative 1e-10", ("b", "c", "p"), rows)


@maker
def paired_t():
    source = random.Random(3)
    sets = [([0.5, 0.75, 1.0], [0.25, 0.75, 0.5]), ([1, 0, 1, 1, 0, 1, 1], [0, 0, 1, 0, 0, 1, 0]), ([0.1, 0.2], [0.3, 0.1]), ([10.5, 11.25, 9.0, 13.5], [1.5, 2.0, 0.25, 4.0]), ([0.0, 0.5, 1.0, 0.5], [0.5, 0.0, 0.5, 1.0])]
    for n, shift, scale in ((12, 0.0, 1.0), (30, 0.3, 0.5), (50, 2.0, 0.7), (40, -0.01, 1e-3), (15, 1e6, 1.0)):
        sets.append(([round(source.gauss(shift, scale), 6) for _ in range(n)], [round(source.gauss(0, scale), 6) for _ in range(n)]))
    rows = []
    for x, y in sets:
        d = [mpf(float(u)) - mpf(float(v)) for u, v in zip(x, y)]
        n = len(d)
        mean = mp.fsum(d) / n
        se = mp.sqrt(mp.fsum((v - mean) ** 2 for v in d) / (n - 1) / n)
        t = mean / se
        p = 2 * t_cdf(-abs(t), n - 1)
        check = scipy.stats.ttest_rel(x, y)
        close(t, check.statistic, 1e-6, 1e-12), close(p, check.pvalue, 1e-5)
        for level in LEVELS:
            half = t_ppf(upper_p(level), n - 1) * se
            low, high = check.confidence_interval(level)
            close(mean - half, low, 1e-6, 1e-9), close(mean + half, high, 1e-6, 1e-9)
            rows.append((x, y, level, mean, se, n - 1, t, p, mean - half, mean + half))
    write("paired_t", "paired t test of x against y: mean of x - y, its standard error, df, t, two-sided p, interval", "mpmath at 60 digits on the f64 inputs; compared with scipy ttest_rel",
          "relative 1e-9 (p 1e-8; absolute 1e-12)", ("x", "y", "level", "mean", "se", "df", "t", "p", "low", "high"), rows)


@maker
def sign_flip():
    source = random.Random(5)
    vectors = ["1", "-1", "0", "0,0,0", "1,1", "1,-1", "1,1,1,1,1", "1,1,1,1,1,1", "0.5,0.5,-0.5,1", "0.2,0.4,-0.2,0.6,0", "0.1,0.2,0.3,-0.6", "1,0,0,1,0,-1,1,1", "0.25,0.5,0.75,1,-0.125",
               "-0.2,-0.4,-0.6,-0.2,-0.8,0.2", "1,1,1,1,1,1,1,1,1,1,-1,-1", "0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1", "0.001,-1000", "1e-9,2e-9,4e-9"]
    for n in (7, 9, 10, 11, 12, 14, 16):
        vectors.append(",".join(str(source.randint(-4, 8) / 10) for _ in range(n)))
    for n in (8, 12, 15):
        vectors.append(",".join(f"{source.gauss(0.3, 0.5):.4f}" for _ in range(n)))
    rows = []
    for text in vectors:
        exact = [Fraction(v) for v in text.split(",")]
        values = numpy.array([float(v) for v in exact])
        n = len(exact)
        signs = numpy.array(list(itertools.product((1, -1), repeat=n)), dtype=float)
        count = int((numpy.abs(signs @ values / n) >= abs(values.mean()) - 1e-12).sum())
        scale = math.lcm(*(v.denominator for v in exact))
        whole = [int(v * scale) for v in exact]
        sums = {0: 1}
        for v in whole:
            following = {}
            for s, ways in sums.items():
                following[s + v] = following.get(s + v, 0) + ways
                following[s - v] = following.get(s - v, 0) + ways
            sums = following
        assert count == sum(ways for s, ways in sums.items() if abs(s) >= abs(sum(whole))), text
        rows.append((text, float(sum(exact) / n), count, Fraction(count, 2**n)))
    write("sign_flip", "exact two-sided sign-flip test of mean 0: all 2^n flips, counted where |mean*| >= |mean| - 1e-12, the identity among them",
          "full enumeration in numpy; equal to counts in whole numbers", "absolute 1e-14 (count exact)", ("differences", "mean", "count", "p"), rows)


P_SETS = ([0.01], [0.04, 0.01, 0.03], [0.5, 0.5, 0.5], [0.0, 1.0, 0.2], [1.0, 1.0], [0.02, 0.02, 0.02, 0.02, 0.02], [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216, 0.222, 0.251, 0.269, 0.275, 0.34],
          [1e-300, 1e-12, 0.05, 0.9], [0.9, 0.5, 0.1, 0.01, 0.001], [0.05, 0.05, 0.01, 0.01, 0.2, 0.2], [0.03, 0.4, 0.0499, 0.05, 0.0501])


def p_sets():
    source = random.Random(13)
    return list(P_SETS) + [[source.random() ** power for _ in range(n)] for n, power in ((4, 1), (10, 3), (25, 4), (40, 2), (7, 8))]


def adjusted_table(name, what, method, by_hand):
    rows = []
    for ps in p_sets():
        found = statsmodels.stats.multitest.multipletests(ps, method=method)[1]
        hand = by_hand(ps)
        for f, h in zip(found, hand):
            close(f, h, 1e-13)
        rows.append((ps, [float(v) for v in hand]))
    write(name, what, "statsmodels multipletests, equal to the definition written out", "relative 1e-12", ("p", "adjusted"), rows)


@maker
def holm():
    def by_hand(ps):
        m = len(ps)
        rank = sorted(range(m), key=lambda i: ps[i])
        return [min(1.0, max((m - j) * ps[rank[j]] for j in range(rank.index(i) + 1))) for i in range(m)]

    adjusted_table("holm", "Holm 1979 step-down adjusted p-values, in the order given", "holm", by_hand)


@maker
def bh():
    def by_hand(ps):
        m = len(ps)
        rank = sorted(range(m), key=lambda i: ps[i])
        return [min(1.0, min(m * ps[rank[j]] / (j + 1) for j in range(rank.index(i), m))) for i in range(m)]

    adjusted_table("bh", "Benjamini and Hochberg 1995 step-up adjusted p-values, in the order given", "fdr_bh", by_hand)


# --- agreement and labels ---------------------------------------------------------------------------------------------


@maker
def kappa():
    rows = []
    for a, b, c, d in ((20, 5, 10, 15), (45, 15, 25, 15), (25, 35, 5, 35), (50, 0, 0, 50), (0, 50, 50, 0), (10, 0, 0, 0), (0, 0, 0, 10), (0, 5, 0, 5), (0, 0, 5, 95), (3, 10, 0, 439), (1, 2, 3, 994), (0, 1, 1, 998), (25, 25, 25, 25),
                       (118, 5, 2, 0), (40, 9, 6, 45), (1, 0, 0, 0), (0, 1, 0, 0), (0, 3, 4, 0), (100000, 30000, 20000, 850000), (0, 0, 0, 0)):
        n = a + b + c + d
        observed = Fraction(a + d, n) if n else None
        chance = Fraction((a + b) * (a + c) + (c + d) * (b + d), n * n) if n else None
        value = UNDEFINED if n == 0 or chance == 1 else (observed - chance) / (1 - chance)
        if value != UNDEFINED:
            with numpy.errstate(all="ignore"):  # its standard error is 0/0 in the edge tables
                found = statsmodels.stats.inter_rater.cohens_kappa(numpy.array([[a, b], [c, d]])).kappa
            close(value, found, 1e-10, 1e-12)
        positive = Fraction(2 * a, 2 * a + b + c) if a + b + c else UNDEFINED
        negative = Fraction(2 * d, 2 * d + b + c) if b + c + d else UNDEFINED
        rows.append((a, b, c, d, value, positive, negative))
    assert rows[0][4] == Fraction(2, 5)
    write("kappa", "two raters, a both yes, b only the first, c only the second, d both no -> Cohen's kappa, positive agreement 2a/(2a+b+c), negative agreement 2d/(2d+b+c); undefined where the denominator is 0",
          "Cohen 1960, Cicchetti and Feinstein 1990; exact fractions; compared with statsmodels cohens_kappa", "absolute 1e-12", ("a", "b", "c", "d", "kappa", "positive_agreement", "negative_agreement"), rows)


def krippendorff_pairs(units, distance):
    pairable = [[v for v in u if v is not None] for u in units]
    pairable = [u for u in pairable if len(u) >= 2]
    n = sum(map(len, pairable))
    if n < 2:
        return None
    observed = sum((Fraction(sum(distance(x, y) for x, y in itertools.permutations(u, 2)), len(u) - 1) for u in pairable), Fraction(0)) / n
    flat = [v for u in pairable for v in u]
    expected = Fraction(sum(distance(x, y) for x, y in itertools.permutations(flat, 2)), n * (n - 1))
    return None if expected == 0 else 1 - observed / expected


def krippendorff_matrix(units, distance):
    coincidences = {}
    for u in units:
        values = [v for v in u if v is not None]
        for i, j in itertools.permutations(range(len(values)), 2):
            key = (values[i], values[j])
            coincidences[key] = coincidences.get(key, Fraction(0)) + Fraction(1, len(values) - 1)
    margins = {}
    for (x, _), w in coincidences.items():
        margins[x] = margins.get(x, Fraction(0)) + w
    n = sum(margins.values(), Fraction(0))
    expected = sum(margins[x] * margins[y] * distance(x, y) for x in margins for y in margins)
    if expected == 0:
        return None
    return 1 - (n - 1) * sum(w * distance(x, y) for (x, y), w in coincidences.items()) / expected


def by_unit(raters):
    return ";".join(",".join(column) for column in zip(*(r.split() for r in raters)))


@maker
def krippendorff():
    four = by_unit(("1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 ."))
    three = by_unit((". . . . . 3 4 1 2 1 1 3 3 . 3", "1 . 2 1 3 3 4 3 . . . . . . .", ". . 2 1 3 4 4 . 2 1 1 3 3 . 4"))
    sets = [four, three, "1,1;0,0;1,0", "1,1;1,1", "0,1;1,0", "1,.;.,0", "1,1,1;0,0,0;1,0,1;0,0,1", "0,0;1,1;0,1;1,1;0,0;0,0;1,0;0,0;0,0;1,1", "2,2,.;3,.,4;.,1,1;5,5,5;1,2,1", "10,12;20,19;30,33;1,1", "0,0;0,0;0,0;0,1", "-1,1;0,0;2,2",
            "1,1,1,1;2,2,2,2;3,3,3,3", "1,2,3,4;4,3,2,1", "7,.;8,8;9,9;.,."]
    source = random.Random(17)
    for n, raters, categories, noise in ((30, 2, 2, 0.1), (40, 3, 3, 0.3), (25, 4, 5, 0.5), (60, 2, 2, 0.02)):
        rows = []
        for _ in range(n):
            truth = source.randrange(categories)
            rows.append(",".join("." if source.random() < 0.1 else str(source.randrange(categories) if source.random() < noise else truth) for _ in range(raters)))
        sets.append(";".join(rows))
    distances = {"nominal": lambda x, y: int(x != y), "interval": lambda x, y: (x - y) ** 2}
    rows = []
    for text in sets:
        units = [[None if v == "." else int(v) for v in u.split(",")] for u in text.split(";")]
        for metric, distance in distances.items():
            value = krippendorff_pairs(units, distance)
            assert value == krippendorff_matrix(units, distance)
            rows.append((metric, text, UNDEFINED if value is None else value))
    for row, printed in zip(rows, (0.743, 0.849, 0.691, 0.811)):
        close(row[2], printed, 0, 5e-4)
    write("krippendorff", "Krippendorff's alpha: units parted by ';', the ratings of a unit by ',', '.' = missing; undefined where nothing is pairable or all ratings are equal",
          "Krippendorff 2011 (printed .743 nominal, .849 interval for the first set; .691, .811 for the second); exact fractions by pairs and by the coincidence matrix", "absolute 1e-12", ("metric", "units", "alpha"), rows)


@maker
def chen():
    cases = ((100, 40, 20, []), (100, 40, 20, [4, 4, 4, 4]), (100, 40, 20, [3, 4, 5, 10, 10, 6]), (50, 3, 2, [3, 3, 3]), (50, 3, 2, [3, 3, 3, 4]), (50, 3, 3, [10] * 8), (337, 77, 43, [4] * 32), (20, 5, 0, [4, 5]), (20, 5, 5, [4, 5]),
             (20, 0, 0, [4]), (20, 1, 1, [26]), (500, 120, 31, [3] * 20 + [4] * 30 + [5] * 10 + [10] * 15))
    rows = []
    for e, s, v, options in cases:
        raw = Fraction(v, s) if s else UNDEFINED
        if s == 0:
            rows.append((e, s, v, options or "-", raw, UNDEFINED, UNDEFINED, UNDEFINED))
            continue
        followed = s - sum((Fraction(1, n - 2) for n in options), Fraction(0))
        alpha = followed / s
        ratio = Fraction(v) / followed if alpha > 0 else UNDEFINED
        if alpha > 0:
            assert ratio == raw / alpha
        rows.append((e, s, v, options or "-", raw, alpha, ratio, UNDEFINED if alpha <= 0 else min(ratio, Fraction(1))))
    close(rows[6][7], 0.7049, 0, 5e-5)
    write("chen", "Chen et al. 2025 normalised score when the number of options varies: eligible, to_hint S, verbalised V, options = number of options of each question switched to another option (all above 2) -> "
          "raw = V/S, alpha = (S - sum 1/(n_i - 2))/S, unclipped = V/(S - sum), normalised = min(unclipped, 1); S = 0 or alpha <= 0: undefined; '-' = none",
          "exact fractions; with one n it is alpha = 1 - q/((n-2)p)", "absolute 1e-12", ("eligible", "to_hint", "verbalised", "options", "raw", "alpha", "unclipped", "normalised"), rows)


@maker
def control_score():
    rows = []
    cases = [("0.31", "0.136", "0.40", "0.10"), ("0.36", "0.200", "0.30", "0.10"), ("0.21", "0.013", "0.41", "0"), ("0.2", "0.199", "0.1", "0.1"), ("0.2", "0.2", "0.1", "0.1"), ("0.1", "0.2", "0.3", "0.1"), ("0", "0.1", "0", "0.1"), ("0.5", "0", "0.6", "0.2"),
             ("0.5", "0", "1", "0"), ("1", "0.5", "0.25", "0"), ("1", "1", "0.5", "0.5"), ("0.9", "0.85", "0.9", "0.05"), ("0.3", "0.1", "0.05", "0.5"), ("0.02", "0.001", "0.3", "0.02"), ("0", "0", "0", "0"), ("1", "0", "0.5", "0.3")]
    for texts in cases:
        p, p0, raw, m0 = map(Fraction, texts)
        excess = p - p0
        share = excess / (p * (1 - p0)) if p > 0 and p0 < 1 else UNDEFINED
        smaller = excess / p if p > 0 else UNDEFINED
        corrected = (raw - (1 - share) * m0) / share if share != UNDEFINED and share > 0 else UNDEFINED
        rows.append((p, p0, raw, m0, excess, share, smaller, corrected))
    # planted: own draw lands on h with p0, followed with f independently -> p = f + (1 - f) p0, share = f/p
    for f, p0 in ((Fraction(1, 5), Fraction(17, 125)), (Fraction(1, 3), Fraction(1, 10))):
        p = f + (1 - f) * p0
        share = f / p
        assert (p - p0) / (p * (1 - p0)) == share
        verbalised, m0 = Fraction(2, 5), Fraction(1, 10)
        raw = share * verbalised + (1 - share) * m0
        assert (raw - (1 - share) * m0) / share == verbalised
        rows.append((p, p0, raw, m0, p - p0, share, (p - p0) / p, verbalised))
    write("control_score", "control-arm score: p, control rate p0, raw mention rate, mention rate m0 among trials that did not follow -> excess = p - p0, share = (p - p0)/(p (1 - p0)), "
          "share_min = (p - p0)/p, corrected = (raw - (1 - share) m0)/share, not clipped. p = 0 or p0 = 1: share undefined; share <= 0: corrected undefined",
          "exact fractions; the last two rows are planted worlds whose share and mention rate come back", "absolute 1e-12", ("p", "p0", "raw", "m0", "excess", "share", "share_min", "corrected"), rows)


@maker
def fieller():
    source = random.Random(23)
    sets = [([1, 2, 3, 4], [2, 4, 5, 9]), ([0.5, 0.25, 1, 0], [1, 0.5, 1, 0.5]), ([1, 0, 2, 1, 0], [1, 1, 1, 1, 1]), ([0.2, -0.1, 0.3, 0], [0.1, -0.2, 0.1, 0.05]), ([3, 1, 2, 5], [0.1, -0.3, 0.2, 0.1]), ([0, 0, 0, 1], [1, 2, 1, 3]),
            ([-1, -2, -1.5, -3], [2, 3, 3, 5]), ([1, 2, 1, 3], [-2, -3, -3, -5]), ([0.1, -0.1, 0.1, -0.2, 0.2], [0.1, 0.1, -0.3, 0.2, -0.1]), ([1, 2], [1, 3]), ([0, 0, 0], [1, 2, 3])]
    for n, num, den, noise in ((10, 0.4, 1.0, 0.3), (30, 0.2, 0.5, 0.4), (60, 0.9, 1.0, 0.2), (40, 0.1, 0.15, 0.5), (100, 0.3, 0.4, 0.5)):
        sets.append(([round(num + noise * source.gauss(0, 1), 3) for _ in range(n)], [round(den + noise * source.gauss(0, 1), 3) for _ in range(n)]))
    rows = []
    for num, den in sets:
        x, y = [mpf(str(v)) for v in num], [mpf(str(v)) for v in den]
        g = len(x)
        mx, my = mp.fsum(x) / g, mp.fsum(y) / g
        cov = lambda u, mu, v, mv: mp.fsum((p - mu) * (q - mv) for p, q in zip(u, v)) / (g - 1) / g
        sxx, sxy, syy = cov(x, mx, x, mx), cov(x, mx, y, my), cov(y, my, y, my)
        for level in LEVELS:
            t2 = t_ppf(upper_p(level), g - 1) ** 2
            a, b, c = my**2 - t2 * syy, -2 * (mx * my - t2 * sxy), mx**2 - t2 * sxx
            if a <= 0:
                rows.append((num, den, level, mx / my, "unbounded", "unbounded"))
                continue
            root = mp.sqrt(b * b - 4 * a * c)
            low, high = (-b - root) / (2 * a), (-b + root) / (2 * a)
            fx, fy, t = numpy.array(num, dtype=float), numpy.array(den, dtype=float), math.sqrt(float(t2))

            def gap(theta):
                d = fx - theta * fy
                return abs(d.mean()) - t * d.std(ddof=1) / math.sqrt(g)

            ratio, width = float(mx / my), float(high - low) or 1.0
            if high > low:
                for end, outside in ((low, ratio - 3 * width), (high, ratio + 3 * width)):
                    close(scipy.optimize.brentq(gap, outside, ratio, xtol=1e-14), end, 1e-8, 1e-9)
            rows.append((num, den, level, mx / my, low, high))
    write("fieller", "Fieller set of mean(num)/mean(den) over questions: all theta with |mean d| <= t_{G-1} se(d), d_i = num_i - theta den_i, se = sd(ddof 1)/sqrt(G); ratio, low, high; "
          "'unbounded' where the mean of den is not separated from 0 at this level (the set is then the complement of an interval or the whole line)",
          "Fieller 1954; quadratic at 60 digits on the decimal inputs; ends compared with numerical roots of the definition (scipy brentq)", "relative 1e-9 (absolute 1e-10)", ("num", "den", "level", "ratio", "low", "high"), rows)


@maker
def f1():
    rows = []
    for tp, fp, fn, tn in ((0, 0, 0, 10), (0, 5, 0, 5), (0, 0, 5, 5), (0, 3, 4, 5), (5, 0, 0, 5), (5, 5, 0, 0), (5, 0, 5, 0), (8, 2, 4, 6), (62, 21, 12, 205), (1, 0, 0, 0), (1, 999, 0, 0), (13, 0, 0, 439), (147, 311, 30, 1913), (1, 1, 1, 1)):
        precision = Fraction(tp, tp + fp) if tp + fp else UNDEFINED
        recall = Fraction(tp, tp + fn) if tp + fn else UNDEFINED
        score = Fraction(2 * tp, 2 * tp + fp + fn) if tp + fp + fn else UNDEFINED
        if UNDEFINED not in (precision, recall) and precision + recall > 0:
            assert score == 2 * precision * recall / (precision + recall)
        rows.append((tp, fp, fn, tn, precision, recall, score))
    write("f1", "precision = tp/(tp+fp), recall = tp/(tp+fn), f1 = 2tp/(2tp+fp+fn); undefined where the denominator is 0", "exact fractions; the harmonic mean gives the same where both exist", "absolute 1e-14",
          ("tp", "fp", "fn", "tn", "precision", "recall", "f1"), rows)


@maker
def eqpairs():
    rows = []
    for n in (1, 2, 3, 5, 6, 10, 11, 20, 50):
        for text in ("0", "0.001", "0.1", "0.3", "0.5", "0.75", "1"):
            p = Fraction(text)
            pmf = [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
            value = sum(pmf[i] * pmf[j] for i in range(n + 1) for j in range(n + 1) if 2 * abs(i - j) >= n)
            floats = scipy.stats.binom.pmf(numpy.arange(n + 1), n, float(p))
            close(value, sum(floats[i] * floats[j] for i in range(n + 1) for j in range(n + 1) if 2 * abs(i - j) >= n), 1e-9, 1e-300)
            rows.append((n, float(p), value))
    close([r for r in rows if r[:2] == (10, 0.5)][0][2], 0.041, 0, 5e-4), close([r for r in rows if r[:2] == (5, 0.5)][0][2], 0.109, 0, 5e-4)
    write("eqpairs", "two questions of equal accuracy p, n samples each: P(|X/n - Y/n| >= 1/2), X and Y independent binomial(n, p)", "exact fractions; compared with scipy.stats.binom; 4.1 % at n = 10 and 10.9 % at n = 5 for p = 1/2",
          "absolute 1e-13 (relative 1e-9)", ("n", "p", "value"), rows)


@maker
def power_n():
    rows = []
    for omega2, sa2, ka, sb2, kb in ((0.0, 0.25, 1, 0.25, 1), (0.04, 0.1, 1, 0.1, 1), (0.04, 0.1, 5, 0.12, 10), (0.2025, 0.0, 1, 0.0, 1), (0.01, 0.16, 32, 0.09, 4)):
        for alpha, power in ((0.05, 0.8), (0.01, 0.9), (0.1, 0.5)):
            for delta in (0.02, 0.08, 0.5):
                variance = mpf(omega2) + mpf(sa2) / ka + mpf(sb2) / kb
                n = (normal_ppf(1 - mpf(alpha) / 2) + normal_ppf(power)) ** 2 * variance / mpf(delta) ** 2
                check = (scipy.stats.norm.ppf(1 - alpha / 2) + scipy.stats.norm.ppf(power)) ** 2 * (omega2 + sa2 / ka + sb2 / kb) / delta**2
                close(n, check, 1e-12)
                # at that n the usual power of a z test (one side) is the power asked for
                close(scipy.stats.norm.sf(scipy.stats.norm.ppf(1 - alpha / 2) - delta / math.sqrt(float(variance / n))), power, 1e-9)
                rows.append((alpha, power, omega2, sa2, ka, sb2, kb, delta, n, int(mp.ceil(n))))
    write("power_n", "questions needed for a paired difference delta: n = (z_{1-alpha/2} + z_power)^2 (omega2 + sa2/ka + sb2/kb)/delta^2, n_questions = ceiling",
          "Miller 2024 (arXiv 2411.00640); mpmath at 60 digits; compared with scipy and put back into the power", "relative 1e-10 (n_questions exact)",
          ("alpha", "power", "omega2", "sa2", "ka", "sb2", "kb", "delta", "n", "n_questions"), rows)


def lang_reiczigel_interval(x, n, tp, n_se, tn, n_sp, level):
    z2 = normal_ppf(upper_p(level)) ** 2
    se, sp = mpf(tp + 1) / (n_se + 2), mpf(tn + 1) / (n_sp + 2)
    m = n + z2
    ap = (x + z2 / 2) / m
    youden = se + sp - 1
    assert youden > 0
    prevalence = (ap + sp - 1) / youden
    v_se, v_sp = se * (1 - se) / (n_se + 2), sp * (1 - sp) / (n_sp + 2)
    shift = 2 * z2 * (prevalence * v_se - (1 - prevalence) * v_sp)
    spread = mp.sqrt(z2 * (ap * (1 - ap) / m + prevalence**2 * v_se + (1 - prevalence) ** 2 * v_sp)) / youden
    return prevalence + shift - spread, prevalence + shift + spread


@maker
def lang_reiczigel():
    rows = []
    clip = lambda v: min(max(v, mpf(0)), mpf(1))
    for x, n, tp, n_se, tn, n_sp in ((40, 300, 45, 50, 48, 50), (0, 100, 28, 30, 29, 30), (100, 100, 28, 30, 29, 30), (150, 300, 84, 100, 75, 100), (30, 1000, 90, 100, 196, 200), (3, 1000, 90, 100, 196, 200), (620, 1000, 40, 40, 60, 60), (5, 20, 9, 10, 10, 10),
                                     (19, 20, 10, 10, 7, 10), (500, 1000, 600, 1000, 600, 1000), (1, 1, 5, 5, 5, 5), (77, 337, 63, 75, 168, 225), (10, 10000, 950, 1000, 999, 1000)):
        for level in LEVELS:
            low, high = lang_reiczigel_interval(x, n, tp, n_se, tn, n_sp, level)
            se, sp = Fraction(tp, n_se), Fraction(tn, n_sp)
            plug_in = (Fraction(x, n) + sp - 1) / (se + sp - 1)
            rows.append((x, n, tp, n_se, tn, n_sp, level, plug_in, min(max(plug_in, Fraction(0)), Fraction(1)), low, high, clip(low), clip(high)))
    # a known perfect test: the interval is Agresti and Coull's
    low, high = lang_reiczigel_interval(30, 200, 10**13, 10**13, 10**13, 10**13, 0.95)
    check = statsmodels.stats.proportion.proportion_confint(30, 200, 0.05, "agresti_coull")
    close(low, check[0], 1e-9), close(high, check[1], 1e-9)
    write("lang_reiczigel", "prevalence from x flagged of n when sensitivity tp/n_se and specificity tn/n_sp come from separate samples: rogan_gladen (not clipped), estimate (clipped to [0, 1]), interval not clipped and clipped",
          "Lang and Reiczigel 2014 (Prev. Vet. Med. 113, 13): Agresti-Coull apparent prevalence (x + z^2/2)/(n + z^2), se and sp with one pseudo-observation of each kind, centre shifted by "
          "2 z^2 [P se(1-se)/(n_se+2) - (1-P) sp(1-sp)/(n_sp+2)], variance with (1-P)^2 (formula as in the R package asht, which corrects a sign in the article's eq. 4); mpmath at 60 digits; a perfect test reproduces Agresti-Coull",
          "absolute 1e-11", ("x", "n", "tp", "n_se", "tn", "n_sp", "level", "rogan_gladen", "estimate", "low_unclipped", "high_unclipped", "low", "high"), rows)


def arcsine_nodes(a, b, count):
    """Nodes and weights for a Beta(a, b) with p = sin^2 phi, where its density is smooth also for a, b = 1/2."""
    # where the mass is, wide enough to lose less than 1e-13
    low, high = (math.asin(math.sqrt(scipy.special.betaincinv(a, b, tail))) for tail in (1e-14, 1.0))
    high = math.pi / 2 - math.asin(math.sqrt(scipy.special.betaincinv(b, a, 1e-14)))
    x, w = numpy.polynomial.legendre.leggauss(count)
    phi = low + (high - low) * (x + 1) / 2
    log_density = (2 * a - 1) * numpy.log(numpy.sin(phi)) + (2 * b - 1) * numpy.log(numpy.cos(phi)) - scipy.special.betaln(a, b)
    weights = w * (high - low) * numpy.exp(log_density)
    return numpy.sin(phi) ** 2, weights / weights.sum()


def stratified_quantiles(shares, share_weights, tp, fp, tn, fn, tail, guess, count):
    positive, positive_weights = arcsine_nodes(tp + 0.5, fp + 0.5, count)
    missed, missed_weights = arcsine_nodes(fn + 0.5, tn + 0.5, count)

    shares, share_weights = numpy.asarray(shares)[:, None], numpy.asarray(share_weights)
    large = shares[:, 0] > 0.5  # divide by the larger share, so that the inner distribution function stays smooth

    def cdf(t):
        r = shares[large]
        inner = scipy.special.betainc(tp + 0.5, fp + 0.5, numpy.clip((t - (1 - r) * missed) / r, 0, 1))
        total = share_weights[large] @ (inner @ missed_weights)
        r = shares[~large]
        inner = scipy.special.betainc(fn + 0.5, tn + 0.5, numpy.clip((t - r * positive) / (1 - r), 0, 1))
        return total + share_weights[~large] @ (inner @ positive_weights)

    ends = []
    for p, near in zip((tail, 1 - tail), guess):
        low, high = max(near - 0.01, 0), min(near + 0.01, 1)
        ends.append(scipy.optimize.brentq(lambda t: cdf(t) - p, low, high, xtol=1e-8))
    return ends


@maker
def post_stratified_jeffreys():
    rows = []
    generator = numpy.random.default_rng(29)
    cases = ((150, 300, 20, 5, 18, 7), (100, 1000, 24, 1, 25, 0), (70, 1000, 40, 10, 49, 1), (50, 1000, 60, 40, 100, 0), (0, 100, 0, 0, 30, 0), (100, 100, 25, 5, 0, 0), (30, 60, 10, 0, 10, 0), (30, 60, 0, 10, 10, 0), (30, 60, 10, 0, 0, 10), (12, 400, 12, 0, 8, 2),
             (390, 400, 100, 3, 4, 0), (200, 500, 3, 2, 2, 3), (77, 337, 43, 34, 200, 60), (5, 20, 1, 1, 1, 1))
    for flagged, total, tp, fp, tn, fn in cases:
        r = flagged / total
        share = Fraction(flagged, total)
        if (flagged and tp + fp == 0) or (flagged < total and tn + fn == 0):
            estimate = UNDEFINED
        else:
            estimate = (share * Fraction(tp, tp + fp) if flagged else 0) + ((1 - share) * Fraction(fn, tn + fn) if flagged < total else 0)
        draws = 400_000
        ppv, miss = generator.beta(tp + 0.5, fp + 0.5, draws), generator.beta(fn + 0.5, tn + 0.5, draws)
        random_share = generator.beta(flagged + 0.5, total - flagged + 0.5, draws)
        fixed_grids = [(([r], [1.0]), count) for count in (2000, 2900)]
        drawn_grids = [(arcsine_nodes(flagged + 0.5, total - flagged + 0.5, outer), inner) for outer, inner in ((400, 300), (560, 400))]
        for level in (0.9, 0.95):
            tail = (1 - level) / 2
            ends = []
            for grids, sample in ((fixed_grids, r * ppv + (1 - r) * miss), (drawn_grids, random_share * ppv + (1 - random_share) * miss)):
                guess = numpy.quantile(sample, (tail, 1 - tail))
                coarse, fine = (stratified_quantiles(*nodes, tp, fp, tn, fn, tail, guess, count) for nodes, count in grids)
                assert max(abs(u - v) for u, v in zip(coarse, fine)) < 2e-5, (flagged, total, tp, fp, tn, fn, coarse, fine)
                for end, q in zip(fine, (tail, 1 - tail)):
                    position = (sample <= end).mean()
                    assert abs(position - q) < 5 * math.sqrt(q * (1 - q) / draws), (flagged, total, end, position, q)
                ends += fine
            rows.append((flagged, total, tp, fp, tn, fn, level, estimate, *ends))
    write("post_stratified_jeffreys", "prevalence r PPV + (1 - r)(1 - NPV) from labels on a random subset: flagged of total, labels tp, fp among flagged and tn, fn among the others; PPV ~ Beta(tp+1/2, fp+1/2), NPV ~ Beta(tn+1/2, fn+1/2), "
          "independent. estimate = plug-in; low, high with r = flagged/total fixed; low_random_r, high_random_r with r ~ Beta(flagged+1/2, total-flagged+1/2). Equal-tailed",
          "numerical convolution: Gauss-Legendre in the arcsine scale (2900 nodes; 560 x 400 with random r), compared with a coarser grid (2e-5) and 400,000 seeded draws (5 standard errors)",
          "absolute 1e-4", ("flagged", "total", "tp", "fp", "tn", "fn", "level", "estimate", "low", "high", "low_random_r", "high_random_r"), rows)


@maker
def mover_r_clustered():
    rows = []
    for raw, raw_n, phi, phi_n, df, options in ((0.55, 40.0, 0.25, 60.0, 49, 4), (0.55, 12.5, 0.25, 15.75, 19, 4), (0.9, 30.0, 0.1, 45.0, 29, 5), (0.0, 20.0, 0.3, 30.0, 14, 4), (1.0, 20.0, 0.0, 30.0, 14, 4), (0.4, 8.0, 0.6, 9.0, 9, 4), (0.3, 100.0, 0.45, 150.0, 99, 10)):
        for level in LEVELS:
            quantile = t_ppf(upper_p(level), df)
            r, f = mpf(raw), mpf(phi)
            l1, u1 = wilson_interval(r, raw_n, quantile)
            lo, hi = wilson_interval(f, phi_n, quantile)
            bound = lambda v: 1 - v / (1 - v) / (options - 2)
            alpha = bound(f)
            low, high = mover_ratio(r, l1, u1, alpha, bound(hi), bound(lo))
            rows.append((raw, raw_n, phi, phi_n, df, options, level, alpha, min(r / alpha, mpf(1)), min(low, mpf(1)), mpf(1) if high is None else min(high, mpf(1))))
    write("mover_r_clustered", "normalised score with several samples per question: raw and phi = O/(S+O) with their effective n, both Wilson intervals with t_df -> alpha, normalised, interval clipped to [0, 1]",
          "as mover_r, with Wilson at n_eff and Student t", "absolute 1e-10", ("raw", "raw_n_eff", "phi", "phi_n_eff", "df", "options", "level", "alpha", "normalised", "low", "high"), rows)


def main():
    names = sys.argv[1:] or list(MAKERS)
    for name in names:
        MAKERS[name]()


if __name__ == "__main__":
    main()
