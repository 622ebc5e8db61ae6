//! How much room a text needs, where it breaks, and how labels beside each other make room. Estimated: a server has no fonts, so
//! widths are those of a wide sans-serif face.

/// Width of one character relative to its size, on the safe side for text in Latin script.
const CHARACTER: f64 = 0.56;

/// About how wide a text is, in units of the drawing.
pub(crate) fn advance(text: &str, size: f64) -> f64 {
    let characters: f64 = text.chars().map(|c| if c.is_ascii() || c < '\u{1100}' { 1.0 } else { 1.8 }).sum();
    characters * CHARACTER * size
}

/// The text in lines of about `width`, broken at spaces; a word longer than that has its own line, and what does not fit in
/// `most` lines ends in `…`.
pub(crate) fn wrap(text: &str, size: f64, width: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if advance(line, size) + advance(" ", size) + advance(word, size) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    for line in &mut lines {
        if advance(line, size) > width * 1.2 {
            let fitting = (width * 1.2 / (CHARACTER * size)).floor().max(2.0) as usize;
            *line = line.chars().take(fitting - 1).chain(['…']).collect();
        }
    }
    lines
}

/// Moves centres of labels apart, each with its height, as little as simple passes allow, between `top` and `bottom`.
/// The order of the labels by place is kept.
pub(crate) fn spread(labels: &mut [(f64, f64)], top: f64, bottom: f64) {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    let place = |labels: &[(f64, f64)], i: usize| labels.get(i).copied().unwrap_or_default();
    order.sort_by(|a, b| place(labels, *a).0.total_cmp(&place(labels, *b).0));
    let mut floor = top;
    for &i in &order {
        let (centre, height) = place(labels, i);
        let centre = centre.max(floor + height / 2.0);
        floor = centre + height / 2.0;
        if let Some(label) = labels.get_mut(i) {
            label.0 = centre;
        }
    }
    let mut ceiling = bottom;
    for &i in order.iter().rev() {
        let (centre, height) = place(labels, i);
        let centre = centre.min(ceiling - height / 2.0);
        ceiling = centre - height / 2.0;
        if let Some(label) = labels.get_mut(i) {
            label.0 = centre;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_and_never_lost_without_a_sign() {
        assert_eq!(wrap("majority of the sampled answers", 12.0, 120.0, 3), ["majority of the", "sampled answers"]);
        assert_eq!(wrap("one two three four", 12.0, 30.0, 2), ["one", "two…"]);
        assert_eq!(wrap(&"x".repeat(400), 12.0, 60.0, 2)[0].chars().count(), 10);
        assert!(wrap("", 12.0, 60.0, 2).is_empty());
    }

    #[test]
    fn labels_make_room_for_each_other() {
        let mut labels = [(50.0, 14.0), (48.0, 14.0), (10.0, 14.0), (99.0, 14.0)];
        spread(&mut labels, 0.0, 100.0);
        let mut places: Vec<f64> = labels.iter().map(|label| label.0).collect();
        assert!(labels[1].0 < labels[0].0, "order is kept");
        places.sort_by(f64::total_cmp);
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= 14.0 - 1e-9), "{places:?}");
        assert!(places[3] <= 93.0 && places[0] >= 7.0);
    }
}
