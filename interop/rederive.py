#!/usr/bin/env python3
"""Recomputes every claim of a report from the data by item that stands beside it, as docs/formats/derivation.md describes it, sharing no code with candor.

    python3 interop/rederive.py FILE

FILE is a sealed report (docs/formats/sealed.md; its digests, proofs and runs are examined by sealed.py beside this), or JSON with `report` and `derived`. Prints what does
not fit and the counts; exit 5 where something does not. Signatures are not checked here: `candor record verify` and interop/goverify do. Standard library only."""
import json, sys
# -- claims
import collections, functools, math, statistics

def betainc(a, b, x):  # the regularised incomplete beta function: continued fraction (Lentz)
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - betainc(b, a, 1 - x)
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    h = d
    for m in range(1, 100000):
        for term in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d, c = 1 / ((1 + term * d) or 1e-300), (1 + term / c) or 1e-300
            h *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return h * math.exp(a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)) / a

def first(above, low=0.0, high=1.0):  # where `above` begins to hold
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (low, middle) if above(middle) else (middle, high)
    return middle

@functools.lru_cache(None)
def critical(level, df):  # two-sided, Student's t; normal where df is infinite
    tail = (1 - level) / 2
    if df == math.inf:
        return -statistics.NormalDist().inv_cdf(tail)
    # The tail is I_x(df/2, 1/2)/2 at x = df/(df + t^2); 1 - x is searched, which keeps its digits where t is small.
    y = first(lambda y: (betainc(df / 2, 0.5, 1 - y) if y > 0.5 else 1 - betainc(0.5, df / 2, y)) < 2 * tail)
    return math.sqrt(df * y / (1 - y))

@functools.lru_cache(None)
def exact(count, n, tail):  # the largest share that `count` of n leave possible (Clopper and Pearson)
    return 1.0 if count >= n else 1 - first(lambda x: betainc(n - count, count + 1, x) > tail)

def mean(xs):
    return math.fsum(xs) / len(xs)

def product(xs, ys):  # sum of products of deviations over G (G - 1): a (co)variance of means
    a, b, n = mean(xs), mean(ys), len(xs)
    return math.fsum((x - a) * (y - b) for x, y in zip(xs, ys)) / (n * (n - 1)) if n > 1 else 0.0

def wilson(share, trials, crit):
    c2 = crit * crit / trials
    centre, half = share + c2 / 2, math.sqrt(c2 * (share * (1 - share) + c2 / 4))
    return share * share / (centre + half) if share > 0 else 0.0, min((centre + half) / (1 + c2), 1.0) if share < 1 else 1.0

def kish(xs):  # how many items carry a sum
    return math.floor(sum(xs) ** 2 / sum(x * x for x in xs) + 1e-9) if any(xs) else 0

def clusters(level, right, samples=None):
    ms = [r / n for r, n in zip(right, samples)] if samples else right
    m, g, var = min(max(mean(ms), 0.0), 1.0), len(ms), product(ms, ms)
    same = all(x <= 0 for x in ms) or all(x >= 1 for x in ms)
    if g < 2 or (var <= 1e-28 and not same):
        return m, None, g
    trials = g if same else m * (1 - m) / var
    few = min(kish(ms), kish([1 - x for x in ms])) < 5
    return m, wilson(m, min(trials, g) if few else trials, critical(level, g - 1)), g

def pooled(level, num, den, few=True):  # a share of sums over questions
    pairs = [(x, y) for x, y in zip(num, den) if y > 0]
    g, b, r = len(pairs), sum(den), sum(num) / sum(den)
    if all(y == 1 for _, y in pairs) or g < 2:
        return r, g == b and wilson(r, b, critical(level, math.inf)) or None, g
    var, df = g / (g - 1) * math.fsum((x - r * y) ** 2 for x, y in pairs) / b**2, g - 1
    if few:  # the jackknife's variance, with Satterthwaite's degrees of freedom
        var = (g - 1) / g * math.fsum(((x - r * y) / (b - y)) ** 2 for x, y in pairs)
        df = max(sum(y * y for _, y in pairs) ** 2 / sum(y**4 for _, y in pairs) - 1, 1.0)
    if not few and var <= 1e-28 and 0 < r < 1:
        return r, None, g
    trials = r * (1 - r) / var if var > 0 and 0 < r < 1 else g
    rare = few and min(kish([x for x, _ in pairs]), kish([y - x for x, y in pairs])) < 5
    return r, wilson(r, min(trials, g) if rare else trials, critical(level, df)), g

def average(level, ds, least=-math.inf):
    m, n, var = mean(ds), len(ds), product(ds, ds)
    half = critical(level, n - 1) * math.sqrt(var) if n > 1 and var > 1e-28 else 0
    return m, (max(m - half, least), max(m + half, least)) if half else None, n

def bounded(level, ds):
    fell, rose = sum(d < -1e-12 for d in ds), sum(d > 1e-12 for d in ds)
    return mean(ds), (-exact(fell, len(ds), (1 - level) / 2), exact(rose, len(ds), (1 - level) / 2)), len(ds)

def strata(level, which, xs, share):
    parts = [[x for k, x in zip(which, xs) if k == h] for h in set(which)]
    m, n, var = mean(xs), len(xs), sum(len(p) ** 2 * product(p, p) for p in parts) / len(xs) ** 2
    if min(map(len, parts)) < 2:
        return m, None, n
    crit = critical(level, n - len(parts))
    plain = (m - crit * math.sqrt(var), m + crit * math.sqrt(var))
    return m, wilson(m, n if m <= 0 or m >= 1 else m * (1 - m) / var, crit) if share else plain, n

def ratio(level, a, b, least=-math.inf, most=math.inf):  # Fieller
    m, n, g, vaa, vbb, vab = mean(a), mean(b), len(a), product(a, a), product(b, b), product(a, b)
    t2 = critical(level, g - 1) ** 2 if g > 1 else math.inf
    second, lead = n * n - t2 * vbb, m * n - t2 * vab
    if g < 2 or not second > 0 or not any(a):
        return m / n, None, g
    inner = vaa * n * n - 2 * m * n * vab + vbb * m * m - t2 * (vaa * vbb - vab * vab)
    large = lead + math.copysign(math.sqrt(t2 * max(inner, 0.0)), lead)
    ends = large / second, (m * m - t2 * vaa) / large if large else 0.0
    return m / n, tuple(min(max(x, least), most) for x in sorted(ends)), g

def contrast(level, family, a, b, tail=None, resamples=0, varying=0, upper=False):  # b minus a, simultaneous over a family
    ds, alpha, side = [y - x for x, y in zip(a, b)], 1 - level, 2 if upper else 1
    m, se, n, middle = mean(ds), math.sqrt(product(ds, ds)), len(ds), sorted(ds)[len(ds) // 2]
    high = exact(sum(d > 1e-12 for d in ds), n, side * alpha / family / 2)
    low = -exact(sum(d < -1e-12 for d in ds), n, alpha / family / 2)
    if sum(abs(d - middle) > 1e-9 for d in ds) >= 10 and se >= 1e-12:
        crit = critical(1 - side * alpha / family, n - 1)
        if tail is not None:
            at = min(max(math.ceil((resamples + 1) * (1 - alpha * varying / family)), 1), resamples)
            expect(len(tail) == resamples - at + 1 and tail == sorted(tail), "the sorted resamples from the critical value on", len(tail))
            crit = max(tail[0], critical(1 - side * alpha, n - 1))
        low, high = m - crit * se, m + crit * se
    return m, (-math.inf, high) if upper else (max(low, -1.0), min(high, 1.0)), n

def two_lines(level, at, side, lengths, right, which):  # least squares within questions on both sides of a breakpoint, errors by question (CR1)
    groups, rows, k = collections.defaultdict(list), [], range(3)
    for q, x, y in zip(which, lengths, right):
        groups[q].append((x, y))
    for g in [g for g in groups.values() if len({x for x, _ in g}) > 1]:
        middle = sum(x for x, _ in g) / len(g)
        table = [(min(x - middle - at, 0.0), max(x - middle - at, 0.0), float(x - middle - at >= 0), y) for x, y in g]
        rows.append([[v - c for v, c in zip(row, map(mean, zip(*table)))] for row in table])
    gram = [[math.fsum(r[i] * r[j] for g in rows for r in g) for j in range(4)] for i in k]
    m = [gram[i][:3] + [float(i == j) for j in k] for i in k]
    for p in k:
        m[p] = [v / m[p][p] for v in m[p]]
        m = [m[i] if i == p else [v - m[i][p] * w for v, w in zip(m[i], m[p])] for i in k]
    slopes, n, g, i = [sum(m[i][3 + j] * gram[j][3] for j in k) for i in k], sum(map(len, rows)), len(rows), ("before", "after").index(side)
    score = lambda q, j: sum(r[j] * (r[3] - sum(s * v for s, v in zip(slopes, r))) for r in q)
    var = sum(sum(m[i][3 + j] * score(q, j) for j in k) ** 2 for q in rows) * g / (g - 1) * (n - 1) / (n - 3)
    half = critical(level, g - 1) * math.sqrt(var)
    return slopes[i], (slopes[i] - half, slopes[i] + half), None

def power_law(level, paths, what, of, at, values):  # ln c = a k^b through the means of the columns; a prediction's ends from the sorted refits
    ks = [int(k) for k in paths.split(",")]
    points = [(math.log(k), math.log(-math.log(c))) for k, c in zip(ks, map(mean, of)) if 0 < c < 1 - 1e-9]
    x, y = map(mean, zip(*points))
    b = sum((p - x) * (q - y) for p, q in points) / sum((p - x) ** 2 for p, _ in points)
    a = -math.exp(y - b * x)
    if what != "at":
        return {"a": a, "b": b}[what], None, None
    (low, high), tail = of[len(ks):], (1 - level) / 2
    places = [math.floor(p * (values - 1) + 0.5) for p in (tail, 1 - tail)]
    expect(low + high == sorted(low + high) and [len(low) - 1, values - len(high)] == places, "the sorted refits up to and from the ends", len(low))
    return math.exp(a * at**b), (low[-1], high[0]), None

def alpha(level, options, by, to_other, switches):  # 1 - w O/S with the interval of O/(S + O)
    w = sum(b / (n - 2) for n, b in zip(options, by) if n > 2) / sum(by)
    phi, ends, g = pooled(level, to_other, switches, False)
    of = lambda x: 1 - w * x / (1 - x) if x < 1 else -math.inf
    return of(phi), ends and (of(ends[1]), of(ends[0])), g

def over(top, bottom):  # a ratio of two independent estimates, clipped to [0, 1]: MOVER-R
    (r, ends, g), (a, about, _) = top, bottom
    if not (ends and about):
        return min(r / a, 1.0), None, g
    (l1, u1), (l2, u2), ra = ends, about, r * a
    root = lambda x: math.sqrt(max(ra * ra - x, 0.0))
    low = l1 * (2 * r - l1) / (ra + root(l1 * (2 * r - l1) * u2 * (2 * a - u2))) if l1 > 0 else 0.0
    high = (ra + root(u1 * (2 * r - u1) * l2 * (2 * a - l2))) / (l2 * (2 * a - l2)) if l2 > 0 else math.inf
    return min(r / a, 1.0), (min(low, 1.0), min(high, 1.0)), g

def control(level, smaller, of, corrected):  # the score against a control arm: linear at the rates, then Fieller
    rows = [[r[1] / r[0], r[7] / r[6], *(x / r[0] for x in r[2:6])] for r in zip(*of) if r[0] and r[6]]
    at, k = [mean(x) for x in zip(*rows)], 0 if smaller else 1
    gap, share = lambda P, C, *_: P - C, lambda P, C, *_: P * (1 - k * C)
    said = lambda P, C, J, S, O, T: S / J * P * (1 - k * C) - T / O * C * (1 - k * P)
    def terms(f):  # derivatives by a complex step
        slopes = [complex(f(*(m + (1e-30j if i == j else 0) for j, m in enumerate(at)))).imag * 1e30 for i in range(6)]
        return [f(*at) + sum(s * (x - m) for s, x, m in zip(slopes, r, at)) for r in rows]
    if not corrected and at[1] <= 0:
        return 1.0, None, len(rows)
    v, ends, g = ratio(level, *map(terms, (said, gap) if corrected else (gap, share)), 0.0, 1.0)
    return min(max(v, 0.0), 1.0), ends, g

def kappa(level, one, other):
    n, k = len(one), range(2)
    cells = [[sum((x, y) == (i, j) for x, y in zip(one, other)) / n for j in k] for i in k]
    rows, columns = [sum(r) for r in cells], [sum(c) for c in zip(*cells)]
    chance = sum(r * c for r, c in zip(rows, columns))
    v = (cells[0][0] + cells[1][1] - chance) / (1 - chance)
    part = lambda i, j: 1 - (rows[i] + columns[i]) * (1 - v) if i == j else (1 - v) * (columns[i] + rows[j])
    var = sum(cells[i][j] * part(i, j) ** 2 for i in k for j in k) - (v - chance * (1 - v)) ** 2
    half = critical(level, math.inf) * math.sqrt(max(var, 0.0) / n) / (1 - chance)
    return v, (max(v - half, -1.0), min(v + half, 1.0)) if half > 1e-12 else None, n

def welch(level, a, b):
    v, w, d = product(a, a), product(b, b), mean(b) - mean(a)
    if min(len(a), len(b)) < 2 or math.sqrt(v + w) <= 1e-14 * max(abs(mean(a)), abs(mean(b))):
        return d, None, len(a) + len(b)
    half = critical(level, (v + w) ** 2 / (v * v / (len(a) - 1) + w * w / (len(b) - 1))) * math.sqrt(v + w)
    return d, (d - half, d + half), len(a) + len(b)

def minus(x, y):  # two independent estimates: MOVER
    (m, a, g), (n, b, h) = x, y
    low, high = (m - n - math.hypot(m - a[0], b[1] - n), m - n + math.hypot(a[1] - m, n - b[0])) if a and b else (0, 0)
    return m - n, (max(low, -1.0), min(high, 1.0)) if a and b else None, g + h

def mapped(part, f):
    return f(part[0]), part[1] and tuple(sorted(map(f, part[1]))), part[2]

def expect(holds, expected, found):
    if not holds:
        raise ValueError(f"expected {expected}, found {found}")

def step(s, columns):  # (value, ends or None, units or None)
    of, parts = [[float(v) for v in columns[name]] for name in s.get("of", [])], [step(p, columns) for p in s.get("parts", [])]
    told = collections.defaultdict(lambda: None, {k: v if k in ("paths", "side", "what", "places") else float(v) for k, v in s.items() if k in TOLD})
    if (items := columns.get(s.get("items"))) is not None:
        told["items"] = items  # of each sample its question, where those are what lines go through
        expect(len(items) == len(of[0]) and (s["by"] == "two-lines" or len(set(items)) == len(items)), f"{len(of[0])} different items", f"{len(set(items))} of {len(items)}")
    lengths = {len(c) for c in of[: WIDE.get(s["by"], 99)]}
    expect(len(lengths) <= 1 or s["by"] == "power-law", "columns of one length", sorted(lengths))
    return BY[s["by"]](told["level"], of, parts, told)

TOLD = "level family resamples varying smaller at values least most plus times over full breakpoint gap exponent paths side what places".split()
WIDE = {"contrast": 2, "contrast-upper": 2}  # columns of items; others are as long as they have to be
BY = {
    "sum": lambda l, of, p, t: (s := float(sum(map(math.prod, zip(*of)))), (s, s), None),
    "mean": lambda l, of, p, t: average(l, of[0], -math.inf if t["least"] is None else t["least"]),
    "paired-bounded": lambda l, of, p, t: bounded(l, of[0]),
    "wilson": lambda l, of, p, t: (r := sum(of[0]) / (n := sum(of[1]) if of[1:] else len(of[0])), wilson(r, n, critical(l, math.inf)), n),
    "clusters": lambda l, of, p, t: clusters(l, *of),
    "pooled": lambda l, of, p, t: pooled(l, *of),
    "cue-share": lambda l, of, p, t: pooled(l, *of, False),
    "cue-alpha": lambda l, of, p, t: alpha(l, *of),
    "over": lambda l, of, p, t: over(*p),
    "cue-followed": lambda l, of, p, t: control(l, t["smaller"], of, False),
    "cue-corrected": lambda l, of, p, t: control(l, t["smaller"], of, True),
    "strata-mean": lambda l, of, p, t: strata(l, *of, False),
    "strata-share": lambda l, of, p, t: strata(l, *of, True),
    "ratio": lambda l, of, p, t: ratio(l, *of, *(t[k] for k in ("least", "most") if k in t)),
    "contrast": lambda l, of, p, t: contrast(l, t["family"], *of, *((t["resamples"], t["varying"]) if of[2:] else ())),
    "contrast-upper": lambda l, of, p, t: contrast(l, t["family"], *of, *((t["resamples"], t["varying"]) if of[2:] else (None, 0, 0)), True),
    "largest": lambda l, of, p, t: (max(x[0] for x in p), (-math.inf, min(max(max(x[1][1] for x in p), -1.0), 1.0)), p[0][2]),
    "two-lines": lambda l, of, p, t: two_lines(l, t["breakpoint"], t["side"], *of, t["items"]),
    "power-law": lambda l, of, p, t: power_law(l, t["paths"], t["what"], of, t["at"], t["values"]),
    "kappa": lambda l, of, p, t: kappa(l, *of),
    "welch": lambda l, of, p, t: welch(l, *of),
    "mover-difference": lambda l, of, p, t: minus(*p),
    "affine": lambda l, of, p, t: mapped(p[0], lambda x: (t["plus"] or 0) + x * (t["times"] or 1) / (t["over"] or 1)),
    "between": lambda l, of, p, t: ((p[0][0] + p[1][0]) / 2, p[0][1] and p[1][1] and (p[0][1][0], p[1][1][1]), p[0][2]),
    "reaching-zero": lambda l, of, p, t: (p[0][0], p[0][1] and (p[0][1][0], max(p[0][1][1], (p[0][1][1] - p[0][1][0]) / 2)), p[0][2]),
    "least": lambda l, of, p, t: (min(x[0] for x in p), tuple(min(x[1][i] for x in p) for i in (0, 1)), p[0][2]),
    "drops": lambda l, of, p, t: (v := max(d[0] for d in drops(p)), (min(max(d[1] for d in drops(p)), v), max(max(d[2] for d in drops(p)), v)), p[0][2]),
    "onset": lambda l, of, p, t: (x := at(t, p, 1), (at(t, p, 2), x), p[0][2]),
    "rose": lambda l, of, p, t: (n := sum(b - a > 1e-12 for a, b in zip(*of)), (n, n), None),
    "fell": lambda l, of, p, t: (n := sum(a - b > 1e-12 for a, b in zip(*of)), (n, n), None),
    "how-many": lambda l, of, p, t: (n := sum(t["what"] == "all" or x[0] < 0 and (t["what"] == "below" or x[1][1] < 0) for x in p), (n, n), len(p)),
    "beyond-chance": lambda l, of, p, t: mapped(p[0], lambda x: x - chance(t["gap"], *of)),
    "spread": lambda l, of, p, t: (max(abs(x[0]) for x in p), (max(0.0, *(max(x[1][0], -x[1][1]) for x in p)), max(max(x[1][1], -x[1][0]) for x in p)), p[0][2]),
    "power": lambda l, of, p, t: mapped(p[0], lambda x: x ** t["exponent"]),
    "doubled": lambda l, of, p, t: mapped(p[0], lambda x: 2 * x / (1 + x)),
    "saving": lambda l, of, p, t: mapped(p[0], lambda x: t["full"] / min(max(x, 1.0), t["full"])),
}

def drops(parts):  # of each fall its value and its one-sided bounds
    clip = lambda x: min(max(x, -1.0), 1.0)
    return [(fall[0], -clip(rise[1][1]), clip(fall[1][1])) for rise, fall in zip(parts[::2], parts[1::2])]

def at(told, parts, bound):  # the first setting whose fall is above 0 by that bound
    return next(x for x, d in zip(map(float, told["places"].split(",")), drops(parts)) if d[bound] > 0)

def chance(gap, n1, right1, n2, right2):  # the share of pairs of equal accuracy whose answers differ by the gap
    def odds(n, p):
        return [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    def one(n, a, m, b):
        p = (a + b) / (n + m)
        return sum(x * y for i, x in enumerate(odds(int(n), p)) for j, y in enumerate(odds(int(m), p)) if abs(i / n - j / m) >= gap - 1e-12)
    return mean([min(one(*pair), 1.0) for pair in zip(n1, right1, n2, right2)])

def levels(s):
    return [float(s[k]) for k in ("level",) if k in s] + [l for p in s.get("parts", []) for l in levels(p)]

def claims(body):  # the findings, a line each
    derived, found, near = body["derived"], [], lambda a, b: a == b or abs(a - b) <= 1e-9 * max(abs(a), abs(b)) + 1e-12
    printed = {(r["audit"], c["name"]): c["estimate"] for r in body["report"]["reports"] for c in r["claims"]}
    said = collections.Counter((s["audit"], s["claim"]) for s in derived["claims"] + derived["without"])
    for key in sorted(printed.keys() | said.keys()):
        if (times := said[key]) != (here := int(key in printed)):
            found.append(f"{key[0]}: {key[1]}: expected {here} derivation, found {times}")
    for s in derived["claims"]:
        name, e = f"{s['audit']}: {s['claim']}", printed.get((s["audit"], s["claim"]), {})
        try:
            value, ends, units = step(s, derived["columns"])
            expect("value" in e, "a number in the report", "none")
            expect(near(value, e["value"]), repr(value), repr(e["value"]))
            i = e["interval"]
            expect(("low" in i) == bool(ends), f"{'an' if ends else 'no'} interval", i)
            if ends:
                expect(near(ends[0], float(i["low"])) and near(ends[1], float(i["high"])), f"[{ends[0]!r}, {ends[1]!r}]", f"[{i['low']}, {i['high']}]")
                expect(all(l >= i["level"] - 1e-12 for l in levels(s)), f"a level of at most {levels(s)}", i["level"])
            expect(units is None or units == e["size"]["units"], f"{units} units", e["size"]["units"])
        except (ArithmeticError, IndexError, KeyError, TypeError, ValueError) as error:
            found.append(f"{name}: {error if isinstance(error, ValueError) else repr(error)}")
    for s in derived["without"]:
        if s["why"].startswith("no number is printed") == ("value" in printed.get((s["audit"], s["claim"]), {})):
            found.append(f"{s['audit']}: {s['claim']}: expected {'no' if 'no number' in s['why'] else 'a'} number, found the other")
    return found

# -- file
if __name__ == "__main__":
    data, found = open(sys.argv[1], "rb").read(), []
    body = json.loads(data)
    if "sealed" in body:
        import sealed
        body = sealed.examined(data, found)
        if body is None:
            sys.exit("\n".join(found) or 5)
    found += claims(body)
    print(*found, sep="\n", end="\n" if found else "")
    without = collections.Counter(s["why"].startswith("no number is printed") for s in body["derived"]["without"])
    print(f"{len(body['derived']['claims'])} claims recomputed, {len(found)} differ, {without[True]} print no number, {without[False]} without data")
    sys.exit(5 if found else 0)
