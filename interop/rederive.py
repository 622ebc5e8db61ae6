#!/usr/bin/env python3
"""Recomputes every claim of a sealed report from the data by item that it carries, and examines digests, inclusion proofs, the order of the leaves, the list of runs and the
seal, as docs/formats/derivation.md and docs/formats/sealed.md describe them, sharing no code with candor.

    python3 interop/rederive.py FILE [VKEY [--proofs]]

FILE is a sealed report, or JSON with `report` and `derived`; --proofs leaves the claims out. Prints what does not fit and the counts; exit 5 where something does not. Signatures are NOT checked here:
`candor record verify` and interop/goverify do that. Standard library only."""
import base64, cmath, collections, functools, hashlib, itertools, json, math, statistics, sys
# -- claims
INF, mean = math.inf, lambda xs: math.fsum(xs) / len(xs)
def betainc(a, b, x):  # the regularised incomplete beta function: continued fraction (Lentz)
    if x <= 0 or x >= 1: return float(x >= 1)
    if x > (a + 1) / (a + b + 2): return 1 - betainc(b, a, 1 - x)
    c, h = 1.0, (d := 1 / (1 - (a + b) * x / (a + 1)))
    for m in range(1, 100000):
        for term in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d, c = 1 / ((1 + term * d) or 1e-300), (1 + term / c) or 1e-300
            h *= c * d
        if abs(c * d - 1) < 1e-15: break
    return h * math.exp(a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)) / a
def first(above, low=0.0, high=1.0):  # where `above` begins to hold
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (low, middle) if above(middle) else (middle, high)
    return middle
@functools.lru_cache(None)
def critical(level, df):  # two-sided, Student's t; normal where df is infinite. The t tail is I_x(df/2, 1/2)/2 at x = df/(df + t^2); y = 1 - x is searched
    if df == INF: return -statistics.NormalDist().inv_cdf((1 - level) / 2)
    y = first(lambda y: (betainc(df / 2, 0.5, 1 - y) if y > 0.5 else 1 - betainc(0.5, df / 2, y)) < 1 - level)
    return math.sqrt(df * y / (1 - y))
def product(xs, ys):  # sum of products of deviations over G (G - 1): a (co)variance of means
    a, b, n = mean(xs), mean(ys), len(xs)
    return math.fsum((x - a) * (y - b) for x, y in zip(xs, ys)) / (n * (n - 1)) if n > 1 else 0.0
def wilson(share, trials, crit):
    c2 = crit * crit / trials
    top = share + c2 / 2 + math.sqrt(c2 * (share * (1 - share) + c2 / 4))
    return share * share / top if share > 0 else 0.0, min(top / (1 + c2), 1.0) if share < 1 else 1.0
kish = lambda xs: math.floor(sum(xs) ** 2 / sum(x * x for x in xs) + 1e-9) if any(xs) else 0  # how many items carry a sum
def clusters(level, right, samples=None):
    ms = [r / n for r, n in zip(right, samples)] if samples else right
    m, g, var = min(max(mean(ms), 0.0), 1.0), len(ms), product(ms, ms)
    same = all(x <= 0 for x in ms) or all(x >= 1 for x in ms)
    if g < 2 or (var <= 1e-28 and not same): return m, None, g
    trials, few = g if same else m * (1 - m) / var, min(kish(ms), kish([1 - x for x in ms])) < 5
    return m, wilson(m, min(trials, g) if few else trials, critical(level, g - 1)), g
def pooled(level, num, den, few=True):  # a share of sums over questions
    pairs = [(x, y) for x, y in zip(num, den) if y > 0]
    g, b, r = len(pairs), sum(den), sum(num) / sum(den)
    if all(y == 1 for _, y in pairs) or g < 2: return r, g == b and wilson(r, b, critical(level, INF)) or None, g
    var, df = g / (g - 1) * math.fsum((x - r * y) ** 2 for x, y in pairs) / b**2, g - 1
    if few:  # the jackknife's variance, with Satterthwaite's degrees of freedom
        var = (g - 1) / g * math.fsum(((x - r * y) / (b - y)) ** 2 for x, y in pairs)
        df = max(sum(y * y for _, y in pairs) ** 2 / sum(y**4 for _, y in pairs) - 1, 1.0)
    if not few and var <= 1e-28 and 0 < r < 1: return r, None, g
    trials = r * (1 - r) / var if var > 0 and 0 < r < 1 else g
    rare = few and min(kish([x for x, _ in pairs]), kish([y - x for x, y in pairs])) < 5
    return r, wilson(r, min(trials, g) if rare else trials, critical(level, df)), g
def average(level, ds, least=-INF):
    m, n, var = mean(ds), len(ds), product(ds, ds)
    half = critical(level, n - 1) * math.sqrt(var) if n > 1 and var > 1e-28 else 0
    return m, (max(m - half, least), max(m + half, least)) if half else None, n
GAUSS = list(zip((0.1488743389816312, 0.4333953941292472, 0.6794095682990244, 0.8650633666889845, 0.9739065285171717),
    (0.2955242247147529, 0.2692667193099963, 0.2190863625159820, 0.1494513491505806, 0.0666713443086881)))
def unseen(ds, most, tail):  # Gaffke's upper bound: the quantile of means with Dirichlet weights of the values and of one more at `most`
    atoms = collections.Counter([*ds, most]).items()
    def beyond(at):  # how likely such a mean lies above: that a sum of exponential variables is positive; exp(psi) along an upright line (Gil-Pelaez, shifted)
        ws = [(x - at, n) for x, n in atoms if x != at]
        c = first(lambda z: sum(n * w / (1 - w * z) for w, n in ws) * z > 1, 0.0, 1 / max(ws)[0])
        psi = lambda z: -cmath.log(z) - sum(n * cmath.log(1 - w * z) for w, n in ws)
        slope = lambda z, k: sum(n * (w / (1 - w * z)) ** k for w, n in ws) + (-1 / z) ** k
        top, total, y, left = psi(c).real, 0.0, 0.0, 1.0
        while left > 1e-14:  # pieces along which psi changes by about 1.2, ten nodes of Gauss and Legendre each
            z = complex(c, y)
            h = 1.2 / max(abs(slope(z, 1)), math.sqrt(abs(slope(z, 2))))
            total += h / 2 * sum(w * cmath.exp(psi(z + 1j * h * (1 + s * x) / 2) - top).real for x, w in GAUSS for s in (-1, 1))
            y, left = y + h, abs(cmath.exp(psi(z + 1j * h) - top)) * (y + h) * math.sqrt(slope(c, 2))
        return math.exp(top) * total / math.pi
    low, high = min(ds), most
    while high - low > 1e-13: low, high = (low, middle) if beyond(middle := (low + high) / 2) < tail else (middle, high)
    return high
def farther(ds, limits, few, tail, ends):  # at least as far as Gaffke's bound where few differ, or at an end that they are skewed towards
    for end, (far, sign) in enumerate(zip(limits, (-1, 1))):
        c = mean(xs := [*ds, far])
        skew = mean([(x - c) ** 3 for x in xs]) / (mean([(x - c) ** 2 for x in xs]) ** 1.5 or INF)
        if few or (skew * sign > 0 and len(xs) < 50 * skew * skew): ends[end] = sign * max(sign * ends[end], unseen([sign * d for d in ds], sign * far, tail))
    return ends
def bounded(level, ds, t=None, limits=(-1.0, 1.0)):  # differences within limits
    m, ends, n = t or average(level, ds)
    low, high = farther(ds, limits, not ends or sum(abs(d) > 1e-12 for d in ds) < 10, (1 - level) / 2, list(ends or (INF, -INF)))
    return m, (max(low, limits[0]), min(high, limits[1])), n
def strata(level, which, xs, share):
    parts = [[x for k, x in zip(which, xs) if k == h] for h in set(which)]
    m, n, var = mean(xs), len(xs), sum(len(p) ** 2 * product(p, p) for p in parts) / len(xs) ** 2
    if min(map(len, parts)) < 2: return m, None, n
    half = (crit := critical(level, n - len(parts))) * math.sqrt(var)
    return m, wilson(m, n if m <= 0 or m >= 1 else m * (1 - m) / var, crit) if share else half > 1e-14 and (m - half, m + half), n
def ratio(level, a, b, least=-INF, most=INF):  # Fieller
    m, n, g, vaa, vbb, vab = mean(a), mean(b), len(a), product(a, a), product(b, b), product(a, b)
    t2 = critical(level, g - 1) ** 2 if g > 1 else INF
    second, lead = n * n - t2 * vbb, m * n - t2 * vab
    if g < 2 or not second > 0 or not any(a): return m / n, None, g
    inner = vaa * n * n - 2 * m * n * vab + vbb * m * m - t2 * (vaa * vbb - vab * vab)
    large = lead + math.copysign(math.sqrt(t2 * max(inner, 0.0)), lead)
    return m / n, tuple(min(max(x, least), most) for x in sorted((large / second, (m * m - t2 * vaa) / large if large else 0.0))), g
def contrast(t, upper, a, b, tail=None):  # b minus a, simultaneous over a family
    ds, alpha, family, side = [y - x for x, y in zip(a, b)], 1 - t["level"], t["family"], 2 if upper else 1
    m, se, n, middle, ends = mean(ds), math.sqrt(product(ds, ds)), len(ds), sorted(ds)[len(ds) // 2], [INF, -INF]
    limits = min(t.get("least", -1.0), *ds), max(t.get("most", 1.0), *ds)
    if common := sum(abs(d - middle) > 1e-9 for d in ds) >= 10 and se >= 1e-12:
        crit = critical(1 - side * alpha / family, n - 1)
        if tail is not None:
            at = min(max(math.ceil((t["resamples"] + 1) * (1 - alpha * t["varying"] / family)), 1), t["resamples"])
            expect(len(tail) == t["resamples"] - at + 1 and tail == sorted(tail), "the sorted resamples from the critical value on", len(tail))
            crit = max(tail[0], critical(1 - side * alpha, n - 1))
        ends = [m - crit * se, m + crit * se]
    low, high = farther(ds, limits, not common, side * alpha / family / 2, ends)
    return m, (-INF if upper else max(low, limits[0]), min(high, limits[1])), n
def power_law(level, paths, what, of, at, values):  # ln c = a k^b through the means of the columns; a prediction's ends from the sorted refits
    ks = [int(k) for k in paths.split(",")]
    points = [(math.log(k), math.log(-math.log(c))) for k, c in zip(ks, map(mean, of)) if 0 < c < 1 - 1e-9]
    x, y = map(mean, zip(*points))
    a = -math.exp(y - (b := sum((p - x) * (q - y) for p, q in points) / sum((p - x) ** 2 for p, _ in points)) * x)
    if what != "at": return {"a": a, "b": b}[what], None, None
    (low, high), tail = of[len(ks) :], (1 - level) / 2
    places = [math.floor(p * (values - 1) + 0.5) for p in (tail, 1 - tail)]
    expect(low + high == sorted(low + high) and [len(low) - 1, values - len(high)] == places, "the sorted refits up to and from the ends", len(low))
    return math.exp(a * at**b), (low[-1], high[0]), None
def alpha(level, options, by, to_other, switches):  # 1 - w O/S with the interval of O/(S + O)
    w = sum(b / (n - 2) for n, b in zip(options, by) if n > 2) / sum(by)
    return mapped(pooled(level, to_other, switches, False), lambda x: 1 - w * x / (1 - x) if x < 1 else -INF)
def over(top, bottom):  # a ratio of two independent estimates, clipped to [0, 1]: MOVER-R
    (r, ends, g), (a, about, _) = top, bottom
    if not (ends and about): return min(r / a, 1.0), None, g
    (l1, u1), (l2, u2), root = ends, about, lambda x: r * a + math.sqrt(max(r * a * r * a - x, 0.0))
    low = l1 * (2 * r - l1) / root(l1 * (2 * r - l1) * u2 * (2 * a - u2)) if l1 > 0 else 0.0
    high = root(u1 * (2 * r - u1) * l2 * (2 * a - l2)) / (l2 * (2 * a - l2)) if l2 > 0 else INF
    return min(r / a, 1.0), (min(low, 1.0), min(high, 1.0)), g
def control(level, smaller, of, corrected):  # the score against a control arm: linear at the rates (derivatives by a complex step), then Fieller
    rows = [[r[1] / r[0], r[7] / r[6], *(x / r[0] for x in r[2:6])] for r in zip(*of) if r[0] and r[6]]
    at, k = [mean(x) for x in zip(*rows)], 0 if smaller else 1
    gap, share = lambda P, C, *_: P - C, lambda P, C, *_: P * (1 - k * C)
    said = lambda P, C, J, S, O, T: S / J * P * (1 - k * C) - T / O * C * (1 - k * P)
    slopes = lambda f: [complex(f(*(m + 1e-30j * (i == j) for j, m in enumerate(at)))).imag * 1e30 for i in range(6)]
    terms = lambda f: [f(*at) + sum(s * (x - m) for s, x, m in zip(d, r, at)) for d in [slopes(f)] for r in rows]
    if not corrected and at[1] <= 0: return 1.0, None, len(rows)
    v, ends, g = ratio(level, *map(terms, (said, gap) if corrected else (gap, share)), 0.0, 1.0)
    return min(max(v, 0.0), 1.0), ends, g
def kappa(level, one, other):
    n, k = len(one), range(2)
    cells = [[sum((x, y) == (i, j) for x, y in zip(one, other)) / n for j in k] for i in k]
    rows, columns = [sum(r) for r in cells], [sum(c) for c in zip(*cells)]
    v = (cells[0][0] + cells[1][1] - (chance := sum(r * c for r, c in zip(rows, columns)))) / (1 - chance)
    part = lambda i, j: 1 - (rows[i] + columns[i]) * (1 - v) if i == j else (1 - v) * (columns[i] + rows[j])
    var = sum(cells[i][j] * part(i, j) ** 2 for i in k for j in k) - (v - chance * (1 - v)) ** 2
    half = critical(level, INF) * math.sqrt(max(var, 0.0) / n) / (1 - chance)
    return v, (max(v - half, -1.0), min(v + half, 1.0)) if half > 1e-12 else None, n
def welch(level, a, b):
    v, w, d, n = product(a, a), product(b, b), mean(b) - mean(a), len(a) + len(b)
    if min(len(a), len(b)) < 2 or math.sqrt(v + w) <= 1e-14 * max(abs(mean(a)), abs(mean(b))): return d, None, n
    half = critical(level, (v + w) ** 2 / (v * v / (len(a) - 1) + w * w / (len(b) - 1))) * math.sqrt(v + w)
    return d, (d - half, d + half), n
def minus(x, y):  # two independent estimates: MOVER
    (m, a, g), (n, b, h) = x, y
    low, high = (m - n - math.hypot(m - a[0], b[1] - n), m - n + math.hypot(a[1] - m, n - b[0])) if a and b else (0, 0)
    return m - n, (max(low, -1.0), min(high, 1.0)) if a and b else None, g + h
clip = lambda x: min(max(x, -1.0), 1.0)
drops = lambda parts: [(fall[0], -clip(rise[1][1]), clip(fall[1][1])) for rise, fall in zip(parts[::2], parts[1::2])]  # value, one-sided bounds
def chance(gap, n, a, m, b):  # how often a pair of equal accuracy differs by the gap
    odds = lambda n: [math.comb(n, k) * p**k * (1 - p) ** (n - k) for p in [(a + b) / (m0 + n0)] for k in range(n + 1)]
    m0, n0 = int(m), int(n)
    return min(sum(x * y for (i, x), (j, y) in itertools.product(enumerate(odds(n0)), enumerate(odds(m0))) if abs(i / n - j / m) >= gap - 1e-12), 1.0)
mapped = lambda part, f: (f(part[0]), part[1] and tuple(sorted(map(f, part[1]))), part[2])
def expect(holds, expected, found):
    if not holds: raise ValueError(f"expected {expected}, found {found}")
fixed = lambda n: (float(n), (n, n), None)
BY = {  # by estimator: of what it was told, its columns and its parts; (value, ends or None, units or None)
    "sum": lambda t, of, p: fixed(sum(map(math.prod, zip(*of)))), "mean": lambda t, of, p: average(t["level"], of[0], t.get("least", -INF)),
    "rose": lambda t, of, p: fixed(sum(b - a > 1e-12 for a, b in zip(*of))), "fell": lambda t, of, p: fixed(sum(a - b > 1e-12 for a, b in zip(*of))),
    "paired-bounded": lambda t, of, p: bounded(t["level"], of[0], None, (t.get("least", -1.0), t.get("most", 1.0))),
    "wilson": lambda t, of, p: (r := sum(of[0]) / (n := sum(of[1]) if of[1:] else len(of[0])), wilson(r, n, critical(t["level"], INF)), n),
    "clusters": lambda t, of, p: clusters(t["level"], *of), "pooled": lambda t, of, p: pooled(t["level"], *of),
    "cue-share": lambda t, of, p: pooled(t["level"], *of, False), "cue-alpha": lambda t, of, p: alpha(t["level"], *of), "over": lambda t, of, p: over(*p),
    "cue-followed": lambda t, of, p: control(t["level"], t["smaller"], of, False), "welch": lambda t, of, p: welch(t["level"], *of),
    "cue-corrected": lambda t, of, p: control(t["level"], t["smaller"], of, True), "kappa": lambda t, of, p: kappa(t["level"], *of),
    "strata-mean": lambda t, of, p: s if (s := strata(t["level"], *of, False))[1] is None else bounded(t["level"], of[1], s), "strata-share": lambda t, of, p: strata(t["level"], *of, True),
    "ratio": lambda t, of, p: ratio(t["level"], *of, t.get("least", -INF), t.get("most", INF)),
    "contrast": lambda t, of, p: contrast(t, False, *of), "contrast-upper": lambda t, of, p: contrast(t, True, *of),
    "largest": lambda t, of, p: (max(x[0] for x in p), (-INF, min(max(max(x[1][1] for x in p), -1.0), 1.0)), p[0][2]),
    "least": lambda t, of, p: (min(x[0] for x in p), tuple(min(x[1][i] for x in p) for i in (0, 1)), p[0][2]),
    "spread": lambda t, of, p: (max(abs(x[0]) for x in p), (max(0, *(max(x[1][0], -x[1][1]) for x in p)), max(max(x[1][1], -x[1][0]) for x in p)), p[0][2]),
    "drops": lambda t, of, p: (v := max(d[0] for d in drops(p)), (min(max(d[1] for d in drops(p)), v), max(max(d[2] for d in drops(p)), v)), p[0][2]),
    "onset": lambda t, of, p: (x := (at := lambda i: next(float(x) for x, d in zip(t["places"].split(","), drops(p)) if d[i] > 0))(1), (at(2), x), p[0][2]),
    "how-many": lambda t, of, p: (*fixed(sum(t["what"] == "all" or x[0] < 0 and (t["what"] == "below" or x[1][1] < 0) for x in p))[:2], len(p)),
    "mover-difference": lambda t, of, p: minus(*p),
    "power-law": lambda t, of, p: power_law(t["level"], t["paths"], t["what"], of, t.get("at"), t.get("values")),
    "between": lambda t, of, p: ((p[0][0] + p[1][0]) / 2, p[0][1] and p[1][1] and (p[0][1][0], p[1][1][1]), p[0][2]),
    "reaching-zero": lambda t, of, p: (p[0][0], p[0][1] and (p[0][1][0], max(p[0][1][1], (p[0][1][1] - p[0][1][0]) / 2)), p[0][2]),
    "beyond-chance": lambda t, of, p: (c := mean([chance(t["gap"], *pair) for pair in zip(*of)])) and mapped(p[0], lambda x: x - c),
    "affine": lambda t, of, p: mapped(p[0], lambda x: t.get("plus", 0) + x * t.get("times", 1) / t.get("over", 1)),
    "power": lambda t, of, p: mapped(p[0], lambda x: x ** t["exponent"]), "doubled": lambda t, of, p: mapped(p[0], lambda x: 2 * x / (1 + x)),
    "saving": lambda t, of, p: mapped(p[0], lambda x: t["full"] / min(max(x, 1.0), t["full"])),
}
def step(s, columns):
    of, parts = [[float(v) for v in columns[name]] for name in s.get("of", [])], [step(p, columns) for p in s.get("parts", [])]
    words = ("by", "of", "parts", "audit", "claim", "items", "paths", "side", "what", "places")
    told = {k: v if k in words else float(v) for k, v in s.items()}
    if (items := columns.get(s.get("items"))) is not None:
        expect(len(set(items)) == len(items) == len(of[0]), f"{len(of[0])} different items", f"{len(set(items))} of {len(items)}")
    lengths = {len(c) for c in of[: 2 if s["by"].startswith("contrast") else None]}
    expect(len(lengths) <= 1 or s["by"] in ("power-law", "welch"), "columns of one length", sorted(lengths))
    return BY[s["by"]](told, of, parts)
levels = lambda s: [float(s[k]) for k in ("level",) if k in s] + [l for p in s.get("parts", []) for l in levels(p)]
def claims(body):  # the findings, a line each
    derived, found, near = body["derived"], [], lambda a, b: a == b or abs(a - b) <= 1e-9 * max(abs(a), abs(b)) + 1e-12
    printed = {(r["audit"], c["name"]): c["estimate"] for r in body["report"]["reports"] for c in r["claims"]}
    said = collections.Counter((s["audit"], s["claim"]) for s in derived["claims"] + derived["without"])
    for key in sorted(printed.keys() | said.keys()):
        if said[key] != (key in printed): found.append(f"{key[0]}: {key[1]}: expected {int(key in printed)} derivation, found {said[key]}")
    for s in derived["claims"]:
        e = printed.get((s["audit"], s["claim"]), {})
        try:
            value, ends, units = step(s, derived["columns"])
            expect("value" in e, "a number in the report", "none")
            expect(near(value, e["value"]), repr(value), repr(e["value"]))
            expect(("low" in (i := e["interval"])) == bool(ends), f"{'an' if ends else 'no'} interval", i)
            if ends:
                expect(near(ends[0], float(i["low"])) and near(ends[1], float(i["high"])), f"[{ends[0]!r}, {ends[1]!r}]", f"[{i['low']}, {i['high']}]")
                expect(all(l >= i["level"] - 1e-12 for l in levels(s)), f"a level of at most {levels(s)}", i["level"])
            expect(units in (None, e["size"]["units"]), f"{units} units", e["size"]["units"])
        except (ArithmeticError, AttributeError, IndexError, KeyError, StopIteration, TypeError, ValueError) as error:
            found.append(f"{s['audit']}: {s['claim']}: {error if isinstance(error, ValueError) else repr(error)}")
    for s in derived["without"]:
        if s["why"].startswith("no number is printed") == ("value" in printed.get((s["audit"], s["claim"]), {})):
            found.append(f"{s['audit']}: {s['claim']}: expected {'no' if 'no number' in s['why'] else 'a'} number, found the other")
    return found
# -- file
sha = lambda data: hashlib.sha256(data).digest()
tagged = lambda tag, data: sha(sha(tag.encode()) * 2 + data).hex()
canonical = lambda value: json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
def unbase64(text):
    expect(base64.b64encode(data := base64.b64decode(text, validate=True)).decode() == text, "base64 in its one spelling", text[:40])
    return data
def root_of(at, size, node, proof):  # RFC 9162, 2.1.3.2: the root that a proof leads to; None where it has another length
    last = size - 1
    for sibling in proof:
        if last == 0: return None
        node = sha(b"\1" + sibling + node) if (right := at & 1 or at == last) else sha(b"\1" + node + sibling)
        while right and not at & 1 and at:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    return node if last == 0 else None
def head_of(entry):  # what an entry says, and the digests that it commits to
    start = len(entry) - 1 - 36 * entry[-1]
    expect(canonical(head := json.loads(entry[:start])) == entry[:start], "a canonical head", entry[:40])
    return head, [entry[start + 32 * i : start + 32 * (i + 1)].hex() for i in range(entry[-1])]
def examine(data, find):  # what a sealed report says; None where it is none
    file = json.loads(data)
    if len(data) > 5_000_000 or canonical(file) != data or set(file) != {"sealed", "body", "leaves", "checkpoint", "vkey"} or file["sealed"] != 1:
        return find("file: not the canonical JSON of a sealed report of at most 5,000,000 bytes")
    body, (origin, size, root), leaves, runs, ends = file["body"], file["checkpoint"].split("\n")[:3], [], {}, {}
    for index, entry, proof in ((one["index"], unbase64(one["entry"]), [unbase64(p) for p in one["proof"]]) for one in file["leaves"]):
        if index >= int(size) or root_of(index, int(size), sha(b"\0" + entry), proof) != unbase64(root) or index <= (leaves[-1][0] if leaves else -1):
            find(f"leaf {index}: its proof does not lead to the root of the checkpoint, or it is out of order")
        leaves.append((index, *head_of(entry)))
    plan = tagged("candor plan 1", (text := body["plan"]["text"].encode()))
    plans = [(i, digests) for i, head, digests in leaves if head["kind"] == "plan" and head["about"]["plan"] == plan]
    seals = [(i, head["about"]) for i, head, _ in leaves if head["kind"] == "seal"]
    steps = [(i, head["about"]) for i, head, _ in leaves if head["kind"] == "run"]
    for index, about in steps:
        known = runs.setdefault(about["run"], {"run": about["run"], "number": about["number"], "leaves": []})
        if about["plan"] != plan or known["number"] != about["number"] or (about["step"] == "begun") == bool(known["leaves"]) or not plans or index < plans[0][0]:
            find(f"leaf {index}: a step of run {about['run']} that does not follow: other plan, other number, before its plan, or no beginning")
        known["leaves"].append(index)
        ends.update({about["run"]: about} if about["step"] == "ended" else {})
    if [run["number"] for run in runs.values()] != list(range(1, len(runs) + 1)): find("runs: their numbers have a gap: one is left out")
    if len(plans) != 1 or plans[0][1] != [sha(bytes.fromhex(body["plan"]["salt"]) + b"plan\n" + text).hex()]:
        find("plan: no single leaf that commits to this text with this salt")
    if len(seals) != 1 or len(leaves) != len(steps) + 2:
        return find("leaves: expected one plan, the steps of its runs and one seal, found others")
    (index, seal), told = seals[0], [{"run": run["run"], "leaves": run["leaves"]} for run in runs.values()]
    expected = {"body": tagged("candor sealed body 1", canonical(body)), "plan": plan, "run": body["run"], "runs": told, "size": index}
    for name, value in {**expected, "plan_leaf": plans[0][0] if plans else None}.items():
        if seal[name] != value or index != leaves[-1][0]:
            find(f"leaf {index}: seal: {name}: the leaf commits to {str(seal[name])[:80]}, the file has {str(value)[:80]}")
    if [{name: run[name] for name in ("run", "number", "leaves")} for run in body["runs"]] != list(runs.values()):
        find("runs: the list is not what the leaves tell")
    for run in (run for run in body["runs"] if "numbers" in run):
        if tagged("candor numbers 1", canonical(run["numbers"])) != ends.get(run["run"], {}).get("numbers"):
            find(f"run {run['run']}: its leaf commits to other numbers")
    for name in ("report", "derived"):
        if sha(body[name].encode()).hex() != ends.get(body["run"], {}).get(name):
            find(f"run {body['run']}: {name}: its leaf commits to other bytes")
    print(f"{origin}: {len(leaves)} leaves proved under {size}; {len(runs)} runs, {len(ends)} ended; NOT checked here: signatures, and what came after the seal")
    return {**body, "report": json.loads(body["report"]), "derived": json.loads(body["derived"])}
if __name__ == "__main__":
    found, data = [], open(sys.argv[1], "rb").read()
    try:
        body = examine(data, found.append) if "sealed" in (body := json.loads(data)) else body
        if body and len(sys.argv) > 2 and json.loads(data)["vkey"] != open(sys.argv[2]).read().strip():
            found.append("vkey: another key than the one that was given")
        found += claims(body) if body and "--proofs" not in sys.argv else []
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        body = found.append(f"file: not of the form of a sealed report: {type(error).__name__}: {error}")
    print(*("FAIL  " + one for one in found), sep="\n", end="\n" if found else "")
    if body:
        without = collections.Counter(s["why"].startswith("no number is printed") for s in body["derived"]["without"])
        print(f"{len(body['derived']['claims'])} claims recomputed, {len(found)} findings, {without[True]} print no number, {without[False]} without data")
    sys.exit(5 if found else 0)
