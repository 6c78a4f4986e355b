//! What is opened and not closed. A missing bracket or quote derails the parser far from its cause, so that is looked
//! for first, by a scan that knows only strings, comments and braces.

use std::ops::Range;

/// The parser recurses once per nesting level.
pub(super) const MAX_DEPTH: usize = 32;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// A `"` that its line does not close.
    OpenString(Range<usize>),
    OpenComment(Range<usize>),
    /// A `{` that is not closed: where it is.
    OpenBrace(Range<usize>),
    /// A `}` that closes nothing.
    StrayBrace(Range<usize>),
    TooDeep(Range<usize>),
}

/// The first thing that is wrong.
pub(super) fn scan(text: &str) -> Option<Finding> {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0, open: Vec::new(), suspect: None, dashes: 0 };
    while let Some(&byte) = scan.bytes.get(scan.at) {
        let start = scan.at;
        let found = match byte {
            b'"' => scan.string(0),
            b'#' => scan.hashes(),
            b'/' => scan.slash(),
            b'{' => scan.open_brace(),
            b'}' => scan.close_brace(),
            _ => {
                scan.dashes = if byte.is_ascii_whitespace() { scan.dashes } else { 0 };
                scan.at += 1;
                None
            }
        };
        if found.is_some() {
            return found;
        }
        debug_assert!(scan.at > start, "the scan goes on");
    }
    let open = scan.suspect.filter(|_| !scan.open.is_empty()).or(scan.open.last().map(|o| o.at))?;
    Some(Finding::OpenBrace(open..open + 1))
}

struct Open {
    at: usize,
    indent: usize,
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    open: Vec<Open>,
    /// The first `{` whose `}` stands at another indent than its line: if one is missing, it is probably this one's.
    suspect: Option<usize>,
    /// `/-` directly one after another: each is a level for the parser.
    dashes: usize,
}

impl Scan<'_> {
    fn starts_with(&self, text: &[u8]) -> bool {
        self.bytes[self.at..].starts_with(text)
    }

    /// At a `"` after `hashes` times `#`, which make it raw.
    fn string(&mut self, hashes: usize) -> Option<Finding> {
        self.dashes = 0;
        let start = self.at - hashes;
        let lines = self.starts_with(b"\"\"\"");
        let quotes: &[u8] = if lines { b"\"\"\"" } else { b"\"" };
        self.at += quotes.len();
        while let Some(&byte) = self.bytes.get(self.at) {
            if self.starts_with(quotes)
                && self.bytes[self.at + quotes.len()..].iter().take_while(|b| **b == b'#').count() >= hashes
            {
                self.at += quotes.len() + hashes;
                return None;
            }
            match byte {
                b'\\' if hashes == 0 => {
                    // An escape: the next character, or all white space up to the next one.
                    self.at += 1;
                    let blank = self.bytes[self.at..].iter().take_while(|b| b.is_ascii_whitespace()).count();
                    self.at += blank.max(1);
                }
                b'\n' | b'\r' if !lines => break,
                _ => self.at += 1,
            }
        }
        let end = if lines { start + hashes + 3 } else { self.at.min(self.bytes.len()) };
        Some(Finding::OpenString(start..end))
    }

    fn hashes(&mut self) -> Option<Finding> {
        let hashes = self.bytes[self.at..].iter().take_while(|b| **b == b'#').count();
        self.at += hashes;
        if self.starts_with(b"\"") { self.string(hashes) } else { None }
    }

    fn slash(&mut self) -> Option<Finding> {
        if self.starts_with(b"//") {
            self.at += self.bytes[self.at..].iter().take_while(|b| **b != b'\n').count();
        } else if self.starts_with(b"/*") {
            return self.comment();
        } else if self.starts_with(b"/-") {
            self.dashes += 1;
            self.at += 2;
            if self.dashes > MAX_DEPTH {
                return Some(Finding::TooDeep(self.at - 2..self.at));
            }
        } else {
            self.at += 1;
        }
        None
    }

    fn comment(&mut self) -> Option<Finding> {
        let mut starts = Vec::new();
        loop {
            if self.starts_with(b"/*") {
                starts.push(self.at);
                self.at += 2;
                if starts.len() > MAX_DEPTH {
                    return Some(Finding::TooDeep(self.at - 2..self.at));
                }
            } else if self.starts_with(b"*/") {
                starts.pop();
                self.at += 2;
                if starts.is_empty() {
                    return None;
                }
            } else if self.at < self.bytes.len() {
                self.at += 1;
            } else {
                let start = starts.first().copied().unwrap_or(self.at);
                return Some(Finding::OpenComment(start..start + 2));
            }
        }
    }

    /// White space before the first thing on the line of `at`, and whether that is `at` itself.
    fn indent(&self, at: usize) -> (usize, bool) {
        let start = self.bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
        let indent = self.bytes[start..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        (indent, start + indent == at)
    }

    fn open_brace(&mut self) -> Option<Finding> {
        self.dashes = 0;
        self.open.push(Open { at: self.at, indent: self.indent(self.at).0 });
        self.at += 1;
        (self.open.len() > MAX_DEPTH).then(|| Finding::TooDeep(self.at - 1..self.at))
    }

    fn close_brace(&mut self) -> Option<Finding> {
        self.dashes = 0;
        let (indent, first) = self.indent(self.at);
        self.at += 1;
        let Some(open) = self.open.pop() else { return Some(Finding::StrayBrace(self.at - 1..self.at)) };
        if first && indent != open.indent && self.suspect.is_none() {
            self.suspect = Some(open.at);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_closed_is_no_finding() {
        for text in [
            "",
            "a { b; }",
            "a \"}\" { // }\n/* } /* { */ */ }",
            "a #\"\"}\"# ##\"\"#}\"## { }",
            "a \"\"\"\n  { \"\" \\\"\"\"\n\"\"\" { }",
            "a \"\\\"{\" \"x\\\n   y\" #true { }",
            "/-a { /- b } /",
        ] {
            assert_eq!(scan(text), None, "{text}");
        }
    }

    #[test]
    fn the_brace_that_is_missing_is_found_by_its_indent() {
        assert_eq!(scan("a {\n  b {\n  c {\n  }\n}\n"), Some(Finding::OpenBrace(8..9)));
        assert_eq!(scan("a {\n  b {\n  }\n"), Some(Finding::OpenBrace(2..3)));
        assert_eq!(scan("a { }\n}"), Some(Finding::StrayBrace(6..7)));
    }

    #[test]
    fn strings_and_comments_that_do_not_end() {
        assert_eq!(scan("a \"b\nc"), Some(Finding::OpenString(2..4)));
        assert_eq!(scan("a \"b\\"), Some(Finding::OpenString(2..5)));
        assert_eq!(scan("a ##\"b\"# {"), Some(Finding::OpenString(2..10)));
        assert_eq!(scan("a \"\"\"\n"), Some(Finding::OpenString(2..5)));
        assert_eq!(scan("/* /* */"), Some(Finding::OpenComment(0..2)));
    }

    #[test]
    fn depth_is_limited() {
        assert!(matches!(scan(&"a {".repeat(MAX_DEPTH + 1)), Some(Finding::TooDeep(_))));
        assert!(matches!(scan(&"/*".repeat(MAX_DEPTH + 1)), Some(Finding::TooDeep(_))));
        assert!(matches!(scan(&"/- ".repeat(MAX_DEPTH + 1)), Some(Finding::TooDeep(_))));
        assert_eq!(scan(&"/- a\n".repeat(MAX_DEPTH + 1)), None);
    }
}
