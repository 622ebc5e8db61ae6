//! Rows in blocks: a list that grows by doubling would hold its rows three times over while it moves them.

use super::rows::Row;

/// Rows of one block: 512 KiB.
const BLOCK: usize = 8_192;

/// The rows of one model, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Store {
    blocks: Vec<Vec<Row>>,
}

impl Store {
    /// Adds a row.
    pub(super) fn push(&mut self, row: Row) {
        match self.blocks.last_mut() {
            // The first block grows, so that a model with three rows holds three.
            Some(block) if block.len() < BLOCK => block.push(row),
            Some(_) => {
                let mut block = Vec::with_capacity(BLOCK);
                block.push(row);
                self.blocks.push(block);
            }
            None => self.blocks.push(vec![row]),
        }
    }

    /// Every row, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Row> {
        self.blocks.iter().flatten()
    }
}
