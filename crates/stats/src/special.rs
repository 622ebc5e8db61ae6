//! Distribution functions and quantiles, polished to about 1e-12 relative, tails included.
//!
//! Private. `statrs` gives ln gamma and erfc; the incomplete beta function is done here, because statrs's version stops
//! after a fixed number of terms, takes upper tails as 1 - lower, and inverts to 1e-8 only. Nothing else in this crate
//! touches a special function.

use statrs::function::{erf, gamma};

use crate::interval::Level;

/// ln sqrt(2 pi).
const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_8;

/// ln Gamma(x), x > 0.
pub(crate) fn ln_gamma(x: f64) -> f64 {
    gamma::ln_gamma(x)
}

/// ln C(n, k) for 0 <= k <= n.
#[cfg(test)]
pub(crate) fn ln_choose(n: f64, k: f64) -> f64 {
    ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0)
}

/// Upper tail of the standard normal distribution: the series of odd powers up to 2, the continued fraction beyond.
pub(crate) fn normal_upper(z: f64) -> f64 {
    if z < 0.0 {
        return 1.0 - normal_upper(-z);
    }
    let density = (-0.5 * z * z - LN_SQRT_2PI).exp();
    if z < 2.0 {
        // z + z^3/3 + z^5/15 + …
        let (mut sum, mut term, mut odd) = (z, z, 1.0);
        while term > 1e-18 * sum {
            odd += 2.0;
            term *= z * z / odd;
            sum += term;
        }
        return 0.5 - density * sum;
    }
    // 1/(z + 1/(z + 2/(z + 3/(z + …)))), from the inside; 160 levels give full precision at z = 2.
    density / (1..=160_u32).rev().fold(z, |inner, j| z + f64::from(j) / inner)
}

/// z with upper tail `q` in (0, 1/2]: an inverse erfc, then Halley steps on the tail.
fn normal_from_upper(q: f64) -> f64 {
    let mut z = std::f64::consts::SQRT_2 * erf::erfc_inv(2.0 * q);
    for _ in 0..3 {
        let density = (-0.5 * z * z - LN_SQRT_2PI).exp();
        if density <= 0.0 {
            break;
        }
        let u = (q - normal_upper(z)) / density;
        z -= u / (1.0 - 0.5 * z * u);
    }
    z
}

/// Quantile of the standard normal distribution, p in (0, 1).
pub(crate) fn normal_quantile(p: f64) -> f64 {
    if p < 0.5 { -normal_from_upper(p) } else { normal_from_upper(1.0 - p) }
}

/// The error of Stirling's formula, ln Gamma(x + 1) - [(x + 1/2) ln x - x + ln sqrt(2 pi)], x > 0.
fn stirling_error(x: f64) -> f64 {
    if x < 16.0 {
        return ln_gamma(x + 1.0) - (x + 0.5) * x.ln() + x - LN_SQRT_2PI;
    }
    let r = 1.0 / (x * x);
    (1.0 / 12.0 - r * (1.0 / 360.0 - r * (1.0 / 1260.0 - r * (1.0 / 1680.0 - r / 1188.0)))) / x
}

/// x ln(x / m) + m - x without cancellation (Loader 2000, "Fast and accurate computation of binomial probabilities").
fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() < 0.1 * (x + m) {
        let v = (x - m) / (x + m);
        let mut sum = (x - m) * v;
        let mut term = 2.0 * x * v;
        for j in 1..1000 {
            term *= v * v;
            let next = sum + term / f64::from(2 * j + 1);
            if (next - sum).abs() <= f64::EPSILON * 1e-2 * next.abs() {
                return next;
            }
            sum = next;
        }
        sum
    } else {
        x * (x / m).ln() + m - x
    }
}

/// ln of x^a y^b / B(a, b), y = 1 - x, by Loader's saddle-point form: no large logarithms cancel.
fn ln_beta_kernel(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x) - deviance(b, n * y)
        + 0.5 * (a * b / n).ln()
        - LN_SQRT_2PI
}

/// The continued fraction of the incomplete beta function (modified Lentz), for x below (a + 1)/(a + b + 2).
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let nonzero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    // O(sqrt(max(a, b))) terms are needed; the bound is far beyond any sample that fits in memory.
    for m in 1..1_000_000_u32 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / nonzero(1.0 + even * d);
        c = nonzero(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / nonzero(1.0 + odd * d);
        c = nonzero(1.0 + odd / c);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 3e-16 {
            break;
        }
    }
    h
}

/// Lower and upper tail of the beta distribution at x, with y = 1 - x given apart so that neither end loses digits.
pub(crate) fn beta_tails(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0);
    }
    let kernel = ln_beta_kernel(a, b, x, y).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        let lower = (kernel * beta_fraction(a, b, x) / a).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (kernel * beta_fraction(b, a, y) / b).min(1.0);
        (1.0 - upper, upper)
    }
}

/// ln of the lower tail and its derivative in u = logit x.
fn ln_beta_lower(a: f64, b: f64, u: f64) -> (f64, f64) {
    if u < -36.0 - b.ln_1p() {
        // x^a / (a B(a, b)) to full precision; x itself may underflow.
        let (x, y) = (a / (a + b), b / (a + b));
        let ln_beta = a * (-y).ln_1p() + b * (-x).ln_1p() - ln_beta_kernel(a, b, x, y);
        return (a * u - a.ln() - ln_beta, a);
    }
    let (x, y) = logistic(u);
    let ln_kernel = ln_beta_kernel(a, b, x, y);
    let ln_lower = if x < (a + 1.0) / (a + b + 2.0) {
        ln_kernel + (beta_fraction(a, b, x) / a).ln()
    } else {
        (-(ln_kernel.exp() * beta_fraction(b, a, y) / b).min(1.0)).ln_1p()
    };
    (ln_lower, (ln_kernel - ln_lower).exp())
}

/// x and 1 - x for u = ln(x / (1 - x)).
fn logistic(u: f64) -> (f64, f64) {
    if u < 0.0 {
        let e = u.exp();
        (e / (1.0 + e), 1.0 / (1.0 + e))
    } else {
        let e = (-u).exp();
        (1.0 / (1.0 + e), e / (1.0 + e))
    }
}

/// logit of the beta quantile whose lower tail is `p` <= 1/2: Newton on ln F(u), which is concave in u = logit x, so that
/// one step from anywhere lands left of the root and the rest climbs to it.
fn ln_odds_of_lower_tail(a: f64, b: f64, p: f64) -> f64 {
    let target = p.ln();
    let mut u = (a / b).ln();
    for _ in 0..200 {
        let (ln_lower, slope) = ln_beta_lower(a, b, u);
        let step = ((target - ln_lower) / slope).min(50.0);
        u = (u + step).min(745.0);
        if step.abs() <= 4e-16 * u.abs().max(1.0) {
            break;
        }
    }
    u
}

/// Quantile of the beta distribution, p in (0, 1), a, b > 0.
pub(crate) fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    if p <= 0.5 {
        logistic(ln_odds_of_lower_tail(a, b, p)).0
    } else {
        // The median may lie on either side of 1/2: x = 1 - y with y the quantile of the mirrored distribution.
        logistic(-ln_odds_of_lower_tail(b, a, 1.0 - p)).0
    }
}

/// Upper tail of Student's t with `df` > 0 degrees of freedom.
pub(crate) fn t_upper(t: f64, df: f64) -> f64 {
    if t < 0.0 {
        return 1.0 - t_upper(-t, df);
    }
    if df.is_infinite() {
        return normal_upper(t);
    }
    let s = df + t * t;
    0.5 * beta_tails(0.5 * df, 0.5, df / s, t * t / s).0
}

/// t with upper tail `q` in (0, 1/2].
fn t_from_upper(q: f64, df: f64) -> f64 {
    if df > 1e6 {
        // Cornish and Fisher's expansion in 1/df; the next term is below 1e-20 for |z| < 8.
        let z = normal_from_upper(q);
        let z2 = z * z;
        return z
            + z * (z2 + 1.0) / (4.0 * df)
            + z * ((5.0 * z2 + 16.0) * z2 + 3.0) / (96.0 * df * df)
            + z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / (384.0 * df * df * df);
    }
    // w = df / (df + t^2) is Beta(df/2, 1/2) and logit w = ln(df / t^2).
    let tails = 2.0 * q;
    let u = if tails <= 0.5 {
        ln_odds_of_lower_tail(0.5 * df, 0.5, tails)
    } else if tails < 1.0 {
        -ln_odds_of_lower_tail(0.5, 0.5 * df, 1.0 - tails)
    } else {
        return 0.0;
    };
    df.sqrt() * (-0.5 * u).exp()
}

/// Quantile of Student's t, p in (0, 1), `df` > 0; infinite `df` is the normal distribution.
#[cfg(test)]
pub(crate) fn t_quantile(p: f64, df: f64) -> f64 {
    if df.is_infinite() {
        normal_quantile(p)
    } else if p < 0.5 {
        -t_from_upper(p, df)
    } else {
        t_from_upper(1.0 - p, df)
    }
}

/// The two-sided critical value: the (1 + level)/2 quantile of t with `df` degrees of freedom.
pub(crate) fn critical(level: Level, df: f64) -> f64 {
    if df.is_infinite() { critical_normal(level) } else { t_from_upper(level.tail(), df) }
}

/// The two-sided critical value of the normal distribution.
pub(crate) fn critical_normal(level: Level) -> f64 {
    normal_from_upper(level.tail())
}

/// Probability of exactly k successes in n trials.
pub(crate) fn binomial_probability(k: u64, n: u64, p: f64) -> f64 {
    if k > n {
        return 0.0;
    }
    let (kf, nf) = (k as f64, n as f64);
    if p <= 0.0 {
        return if k == 0 { 1.0 } else { 0.0 };
    }
    if p >= 1.0 {
        return if k == n { 1.0 } else { 0.0 };
    }
    if k == 0 {
        return (nf * (-p).ln_1p()).exp();
    }
    if k == n {
        return (nf * p.ln()).exp();
    }
    // Gamma(n+1)/(Gamma(k+1) Gamma(n-k+1)) p^k q^(n-k) = kernel * n / (k (n - k)).
    (ln_beta_kernel(kf, nf - kf, p, 1.0 - p) + (nf / (kf * (nf - kf))).ln()).exp()
}

/// Lower and upper tail of the binomial distribution: P(X <= k) and P(X > k).
pub(crate) fn binomial_tails(k: u64, n: u64, p: f64) -> (f64, f64) {
    if k >= n {
        return (1.0, 0.0);
    }
    let (lower, upper) = beta_tails((n - k) as f64, k as f64 + 1.0, 1.0 - p, p);
    (lower, upper)
}

#[cfg(test)]
mod tests;
