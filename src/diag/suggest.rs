//! "Did you mean": the nearest of the names that would have been right; and lists of them.

/// Longer names are never suggested: the distance costs the product of both lengths.
const MAX_CHARS: usize = 128;

/// The candidate that is nearest to `name`, if it is near enough to be a slip of the finger: at most one edit in
/// three characters, and not all of them. Case does not count. Of equally near ones the first wins.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = fold(name)?;
    candidates
        .into_iter()
        .filter_map(|candidate| Some((distance(&wanted, &fold(candidate)?), candidate)))
        .filter(|(distance, candidate)| *distance <= wanted.len().max(candidate.chars().count()).div_ceil(3))
        .filter(|(distance, _)| *distance < wanted.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
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
pub fn joined(parts: &[String]) -> String {
    enumerated(parts, "or")
}

/// `a, b WORD c`; `nothing` for an empty list.
pub fn enumerated(parts: &[String], word: &str) -> String {
    match parts {
        [] => "nothing".into(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} {word} {last}", head.join(", ")),
    }
}

fn fold(name: &str) -> Option<Vec<char>> {
    let folded: Vec<char> = name.chars().take(MAX_CHARS + 1).flat_map(char::to_lowercase).collect();
    (folded.len() <= MAX_CHARS).then_some(folded)
}

/// Edits (insert, delete, replace, swap two neighbours) that turn `a` into `b`: optimal string alignment.
fn distance(a: &[char], b: &[char]) -> usize {
    let width = b.len() + 1;
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..width).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; width];
        for j in 1..width {
            let replaced = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let d = |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        assert_eq!(d("", "abc"), 3);
        assert_eq!(d("memory", "memory"), 0);
        assert_eq!(d("memroy", "memory"), 1);
        assert_eq!(d("grow", "gr"), 2);
        assert_eq!(d("kitten", "sitting"), 3);
    }

    #[test]
    fn near_enough_or_nothing() {
        assert_eq!(nearest("Budgte", ["grow", "budget"]), Some("budget"));
        assert_eq!(nearest("x", ["budget"]), None);
        assert_eq!(nearest("read", ["completely"]), None);
        assert_eq!(nearest("a", ["b"]), None);
        assert_eq!(nearest("", ["b"]), None);
    }

    #[test]
    fn lists_end() {
        assert_eq!(listed([]), "nothing");
        assert_eq!(listed(["a", "b", "c"]), "`a`, `b` or `c`");
        let many: Vec<String> = (0..99).map(|n| n.to_string()).collect();
        assert!(listed(many.iter().map(String::as_str)).ends_with("`9` or one of 89 more"));
    }
}
