//! One model at three ordered budgets or more, on the questions that were asked at all of them. No statistics here.

use std::collections::BTreeSet;

use candor_stats::curve::simultaneous::Matrix;

use super::rows::{Chain, counted};
use crate::Attrition;
use crate::efforts::{self, Order, Scale};
use crate::places::{self, Part, Place, by_place};
use crate::rows::Rows;
use crate::values::{CutOff, Measure, Values, gather, measure};
use crate::words::counted as so_many;

/// Fewer ordered budgets than this and there is no curve to fall.
pub(super) const FEWEST_BUDGETS: usize = 3;

/// A budget that was asked for.
pub(super) struct Budget {
    pub(super) name: String,
    /// Tokens, or the place among the levels.
    pub(super) at: f64,
    pub(super) values: Values,
    /// Mean length of its chains, where most of them have one.
    pub(super) length: Option<f64>,
}

/// One model (in one arm, under one kind of cue) at rising budgets.
pub(super) struct Budgets {
    pub(super) place: Place,
    pub(super) scale: Scale,
    pub(super) budgets: Vec<Budget>,
    /// Questions with an outcome at every budget.
    pub(super) shared: Vec<u32>,
    /// Questions that were asked at every budget, also where no outcome came of it.
    pub(super) asked: Vec<u32>,
    pub(super) measure: Measure,
    pub(super) verifiers: Vec<String>,
    /// From where the order is known.
    pub(super) order: Order,
}

impl Budgets {
    /// Question means, a column per budget.
    pub(super) fn matrix(&self) -> Matrix {
        let mut matrix = Matrix::new(self.budgets.len());
        for unit in &self.shared {
            matrix.push(
                self.budgets.iter().filter_map(|budget| budget.values.questions.get(unit)).map(|value| value.accuracy),
            );
        }
        matrix
    }

    /// All samples behind the matrix.
    pub(super) fn samples(&self) -> u64 {
        let questions = self.budgets.iter().flat_map(|budget| {
            self.shared.iter().filter_map(|unit| budget.values.questions.get(unit)).map(|value| value.samples)
        });
        questions.sum()
    }

    /// What was lost at each budget.
    pub(super) fn attrition(&self) -> Vec<Attrition> {
        let shared: BTreeSet<u32> = self.shared.iter().copied().collect();
        let of = places::label(&self.place);
        let of = if of.is_empty() { of } else { format!("{of} · ") };
        self.budgets
            .iter()
            .map(|budget| {
                let arm = format!("{of}budget {}", budget.name);
                budget.values.attrition(arm, &shared, "question without an outcome at every budget")
            })
            .collect()
    }

    /// The largest budget's name.
    pub(super) fn largest(&self) -> &str {
        self.budgets.last().map_or("", |budget| &budget.name)
    }

    /// The budget at that place.
    pub(super) fn name(&self, at: usize) -> &str {
        self.budgets.get(at).map_or("", |budget| &budget.name)
    }
}

/// All series of three ordered budgets or more, and what a reader must know of the others.
pub(super) fn budgets(rows: &Rows<Chain>) -> (Vec<Budgets>, Vec<String>) {
    let (mut found, mut few, mut unranked, mut apart) = (Vec::new(), 0_u64, BTreeSet::new(), 0_u64);
    for (place, efforts) in by_place(rows, Part::Effort) {
        let spent = efforts.iter().filter(|(effort, _)| !effort.is_empty());
        let order = Order::of(spent.filter_map(|(effort, at)| Some((effort.as_str(), rows.spent.get(*at)?))));
        let mut any = false;
        for scale in [Scale::Tokens, Scale::Levels] {
            let mut on_it: Vec<(f64, &str, usize)> = efforts
                .iter()
                .filter(|(effort, _)| !effort.is_empty())
                .filter_map(|(effort, at)| Some((order.on(scale, effort)?, effort.as_str(), *at)))
                .collect();
            if on_it.len() < FEWEST_BUDGETS {
                continue;
            }
            on_it.sort_by(|a, b| a.0.total_cmp(&b.0));
            any = true;
            match series(rows, &place, scale, &on_it, &order) {
                Some(series) => found.push(series),
                None => apart += 1,
            }
        }
        let named = efforts.iter().filter(|(effort, _)| !effort.is_empty());
        let known = |effort: &str| order.on(Scale::Tokens, effort).or(order.on(Scale::Levels, effort));
        let strange = named.clone().filter(|(effort, _)| known(effort).is_none());
        unranked.extend(strange.map(|(effort, _)| effort.escape_debug().to_string()));
        few += u64::from(!any && named.count() > 0);
    }
    let mut notes = Vec::new();
    if few > 0 {
        notes.push(format!(
            "{} asked at fewer than {FEWEST_BUDGETS} budgets whose order is known: no curve that could fall",
            so_many(few, "model")
        ));
    }
    if !unranked.is_empty() {
        let names: Vec<String> = unranked.into_iter().take(8).collect();
        notes.push(format!(
            "efforts whose place in the order is not known, left out: {}; {}",
            names.join(", "),
            efforts::unknown(names.iter())
        ));
    }
    if apart > 0 {
        notes.push(format!("{} whose budgets have no question in common", so_many(apart, "model")));
    }
    (found, notes)
}

fn series(
    rows: &Rows<Chain>,
    place: &Place,
    scale: Scale,
    on_it: &[(f64, &str, usize)],
    order: &Order,
) -> Option<Budgets> {
    let chains = |at: usize| rows.subjects.get(at).map_or(&[][..], |(_, chains)| chains.as_slice());
    let all: Vec<Chain> = on_it.iter().flat_map(|(.., at)| chains(*at)).copied().collect();
    let measure = measure(all.iter().map(|chain| &chain.kept));
    let counted = counted(&all);
    let mut verifiers: Vec<String> =
        on_it.iter().filter_map(|(.., at)| rows.verifiers.get(*at)).flatten().cloned().collect();
    verifiers.sort();
    verifiers.dedup();
    let budgets: Vec<Budget> = on_it
        .iter()
        .map(|(at, name, subject)| {
            let chains = chains(*subject);
            let lengths: Vec<f64> =
                counted.map_or_else(Vec::new, |by| chains.iter().filter_map(|chain| chain.length(by)).collect());
            let mean = (lengths.len() * 2 > chains.len()).then(|| lengths.iter().sum::<f64>() / lengths.len() as f64);
            let values = gather(chains.iter().map(|chain| &chain.kept), measure, CutOff::Lost);
            Budget { name: (*name).to_owned(), at: *at, values, length: mean }
        })
        .collect();
    let at_all = |asked: &dyn Fn(&Values, u32) -> bool| -> Vec<u32> {
        let units: BTreeSet<u32> = budgets
            .iter()
            .flat_map(|budget| budget.values.questions.keys().chain(budget.values.missing.keys()).copied())
            .collect();
        units.into_iter().filter(|unit| budgets.iter().all(|budget| asked(&budget.values, *unit))).collect()
    };
    let shared = at_all(&|values, unit| values.questions.contains_key(&unit));
    let asked = at_all(&|values, unit| values.bounds(unit).is_some());
    (!shared.is_empty()).then(|| Budgets {
        place: place.clone(),
        scale,
        budgets,
        shared,
        asked,
        measure,
        verifiers,
        order: order.clone(),
    })
}
