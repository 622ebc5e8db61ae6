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
    low, high = wilson_count(81, 263, 0.95)  # Newcombe 1998, Stat. Med. 17, 857: (.2553, .3662), (.0623, .1605), (0, .1611)
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
          "miller_cr1_se = miller_cr0_se sqrt(G/(G-1)); n_eff = m(1-m)/cr1_se^2 (all 0 or all 1: G); low, high = Wilson at n_eff with t_{G-1}",
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


def main():
    names = sys.argv[1:] or list(MAKERS)
    for name in names:
        MAKERS[name]()


if __name__ == "__main__":
    main()
