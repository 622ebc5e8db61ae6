//! The catalogue of providers: one description each. Not their prices.
