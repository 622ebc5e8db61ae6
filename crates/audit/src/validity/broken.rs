//! A broken promise takes the validity of every claim that rests on it. Read from the table that is shipped.

use std::sync::OnceLock;

use candor_stats::{Claim, Draft, Flag};

use super::row::is_of;
use super::table::{Line, Table};

/// A broken row, as a claim's reader hears of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    claims: Vec<String>,
    because: String,
}

/// The broken rows of a table.
pub(crate) fn broken(table: &Table) -> Vec<Broken> {
    table.lines.iter().filter_map(one).collect()
}

fn one(line: &Line) -> Option<Broken> {
    let (regime, cell) = line.broken().next()?;
    let since = line.since.as_ref().map(|since| format!(", since {since}")).unwrap_or_default();
    Some(Broken {
        claims: line.claims.clone(),
        because: format!(
            "`candor validity`: {} breaks its promise ({}) in the regime \"{}\": {}{since}",
            line.row,
            line.kind.promise(),
            regime.heading(),
            cell.why
        ),
    })
}

/// The claim of a draft; where it rests on a row that broke its promise, V1 fails.
pub(crate) fn claim(draft: Draft) -> Claim {
    static SHIPPED: OnceLock<Vec<Broken>> = OnceLock::new();
    let known = SHIPPED.get_or_init(|| Table::shipped().map(|table| broken(&table)).unwrap_or_default());
    Claim::new(with(known, draft))
}

fn with(broken: &[Broken], mut draft: Draft) -> Draft {
    let stem = draft.name.split('[').next().unwrap_or(&draft.name);
    if let Some(row) = broken.iter().find(|row| row.claims.iter().any(|claims| is_of(claims, stem))) {
        draft.flags = draft.flags.fails(Flag::Interval, row.because.clone(), "a method that keeps its promise");
    }
    draft
}

#[cfg(test)]
mod tests {
    use candor_stats::{Asserted, Estimate, Flags, Interval, Level, Mark, Method, Origin, Parameter, Provenance, Size};

    use super::*;

    fn table() -> Table {
        let text = r#"{"candor":"9.9.9","size":"full","seed":1,"lines":[
            {"row":"tail.gap","what":"x","kind":"nominal","claims":["tail.gap"],"since":"0.4.2","cells":[
                {"state":"holds"},{"state":"absent"},{"state":"broken","why":"91.2 % where 94.0 % is the least"}]},
            {"row":"tail.kept","what":"x","kind":"nominal","claims":["tail.kept"],"cells":[{"state":"holds"},{"state":"wide"}]},
            {"row":"labels","what":"x","kind":"nominal","claims":["labels.*"],"since":"0.4.2","cells":[{"state":"broken","why":"too few"}]}]}"#;
        Table::read(text).unwrap()
    }

    fn draft(name: &str) -> Draft {
        let interval = Interval::new(0.4, 0.6, Level::P95).unwrap();
        let flags = Flag::ALL.into_iter().fold(Flags::unexamined(), |flags, flag| flags.holds(flag, "planted so"));
        Draft {
            name: name.to_owned(),
            statement: "a share".to_owned(),
            negation: "not so".to_owned(),
            parameter: Parameter::SHARE,
            estimate: Estimate::new(0.5, Ok(interval), Size::new(100, 100), Method::named("planted")),
            asserted: Asserted::OWN_INTERVAL,
            provenance: Provenance::new(Origin::Own, "a test"),
            flags,
            derived_from: Vec::new(),
        }
    }

    #[test]
    fn claims_that_rest_on_a_broken_row_are_at_most_inferred_and_say_why() {
        let known = broken(&table());
        let marked = |name: &str| Claim::new(with(&known, draft(name)));
        for name in ["tail.gap", "tail.gap[slice=a]"] {
            let claim = marked(name);
            assert_eq!(claim.mark(), Some(Mark::Inferred), "{name}");
            let why = claim.why().join("; ");
            assert!(why.contains("tail.gap") && why.contains("91.2 %") && why.contains("since 0.4.2"), "{why}");
        }
        assert_eq!(marked("labels.anything[by=human]").mark(), Some(Mark::Inferred));
        for name in ["tail.kept[slice=a]", "tail.gaps", "tail", "other.gap", "labels"] {
            assert_eq!(marked(name).mark(), Some(Mark::EvidenceBacked), "{name}");
        }
    }

    #[test]
    fn every_claim_that_the_shipped_table_calls_broken_is_looked_for() {
        let shipped = Table::shipped().unwrap();
        let broken_rows = shipped.lines.iter().filter(|line| line.broken().next().is_some()).count();
        assert_eq!(broken(&shipped).len(), broken_rows);
    }
}
