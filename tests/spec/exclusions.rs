//! Directives that are known to fail, and why that is right. They are run, and must fail.

/// Why a directive is excluded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason(String);

impl Reason {
    pub fn from_text(text: &str) -> Reason {
        Reason(text.to_owned())
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}

const INDEX: &str = "valid in the multi-memory proposal, which makes this byte an index";
const SEVERAL: &str = "valid in the multi-memory proposal, which allows several memories";
const WIDE: &str = "has a memory of 64 bits, which no microcontroller has";
const SHARED: &str = "comes after an excluded module that shares a memory or table and changes it";
const HOST: &str = "comes after an excluded call that stores a reference of the host's";
const GROWTH: &str = "grows a memory beyond the RAM of the board; the specification lets that fail";

/// (file, first and last lines, reason).
const KNOWN: &[(&str, &[(usize, usize)], &str)] = &[
    (
        "2.0/binary",
        &[(145, 145), (165, 165), (184, 184), (203, 203), (242, 242), (261, 261), (279, 279), (297, 297)],
        INDEX,
    ),
    ("2.0/imports", &[(487, 487), (491, 491), (495, 495)], SEVERAL),
    ("2.0/memory", &[(10, 11)], SEVERAL),
    ("custom-page-sizes/memory_max_i64", &[(4, 4), (9, 9), (13, 13), (18, 18)], WIDE),
    ("2.0/call", &[(359, 359)], GROWTH),
    ("2.0/call_indirect", &[(603, 603)], GROWTH),
    ("2.0/memory_grow", &[(45, 45), (48, 48)], GROWTH),
    ("2.0/ref_is_null", &[(41, 41)], HOST),
    ("2.0/table_get", &[(31, 31)], HOST),
    ("2.0/table_grow", &[(29, 29)], HOST),
    ("2.0/elem", &[(599, 600), (612, 614)], SHARED),
    (
        "2.0/linking",
        &[
            (209, 210),
            (212, 212),
            (215, 216),
            (218, 218),
            (275, 275),
            (288, 288),
            (349, 350),
            (406, 407),
            (419, 419),
            (452, 453),
        ],
        SHARED,
    ),
    ("extended-const/elem", &[(608, 609), (621, 623)], SHARED),
    ("multi-memory/linking0", &[(42, 42)], SHARED),
    ("multi-memory/linking1", &[(40, 40)], SHARED),
    ("multi-memory/linking3", &[(36, 36), (49, 49), (82, 83)], SHARED),
    ("multi-memory/load1", &[(25, 29)], SHARED),
];

/// The reason of a directive that fails.
pub fn known(file: &str, line: usize) -> Option<Reason> {
    let holds = |lines: &[(usize, usize)]| lines.iter().any(|&(first, last)| (first..=last).contains(&line));
    let entry = KNOWN.iter().find(|(name, lines, _)| *name == file && holds(lines))?;
    Some(Reason::from_text(entry.2))
}
