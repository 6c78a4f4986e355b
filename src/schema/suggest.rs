//! "Did you mean": edit distance, and lists for people.

/// The candidate that `word` was probably meant to be: at most a third of its letters differ, case apart.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The distance takes the product of both lengths: a word longer than any candidate is no slip of the pen.
    if word.len() > 256 {
        return None;
    }
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .filter(|c| c.len() <= 256)
        .map(|c| (distance(&lower, &c.to_lowercase()), c))
        .filter(|(d, c)| *d <= (c.chars().count().max(lower.chars().count()) / 3).max(1) && *d < lower.chars().count())
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}

/// Optimal string alignment distance: insert, delete, replace, or swap two neighbours, one each.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replace = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replace.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = last;
        last = row;
    }
    last[b.len()]
}

/// `` `a`, `b` or `c` ``; `nothing` for an empty list, and no more than a line's worth.
pub fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 10;
    let mut quoted: Vec<String> = words.into_iter().map(|w| format!("`{w}`")).collect();
    if quoted.len() > MOST + 1 {
        let more = quoted.len() - MOST;
        quoted.truncate(MOST);
        quoted.push(format!("one of {more} more"));
    }
    joined(&quoted)
}

/// `a, b or c`.
pub(super) fn joined(parts: &[String]) -> String {
    match parts {
        [] => "nothing".into(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_single_edits() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("memory", "memory"), 0);
        assert_eq!(distance("memroy", "memory"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn nearest_wants_a_slip_not_another_word() {
        assert_eq!(nearest("componnet", ["component", "process"]), Some("component"));
        assert_eq!(nearest("Board", ["board", "process"]), Some("board"));
        assert_eq!(nearest("xyz", ["run", "link"]), None);
        assert_eq!(nearest("a", ["b"]), None);
        assert_eq!(nearest("", ["b"]), None);
    }
}
