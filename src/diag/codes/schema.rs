//! Codes of reading KDL documents: manifests and board files alike.

use crate::diag::Code;

pub const ALL: &[&Code] = &[
    &SYNTAX,
    &NOT_UTF8,
    &TOO_LARGE,
    &TOO_DEEP,
    &UNKNOWN_NODE,
    &NOT_YET,
    &MISSING_NODE,
    &DUPLICATE_NODE,
    &MISSING_ARGUMENT,
    &UNEXPECTED_ARGUMENT,
    &UNKNOWN_PROPERTY,
    &MISSING_PROPERTY,
    &DUPLICATE_PROPERTY,
    &WRONG_TYPE,
    &UNKNOWN_VALUE,
    &MISSING_UNIT,
    &UNKNOWN_UNIT,
    &UNEXPECTED_UNIT,
    &OUT_OF_RANGE,
    &EMPTY,
    &BAD_CHARACTER,
];

pub static SYNTAX: Code = Code {
    id: "schema::syntax",
    title: "the text is not KDL 2",
    explanation: "Manifests and board files are KDL 2 documents (kdl.dev). The parser stopped at the place shown. Common \
causes: a bracket or quote that is not closed, two nodes on one line without `;`, and KDL 1 habits: KDL 2 writes `#true`, \
`#false` and `#null` with a `#`, and raw strings as `#\"...\"#`.",
    example: "memory budget=(KiB)8 grow=true",
};

pub static NOT_UTF8: Code = Code {
    id: "schema::not-utf8",
    title: "the file is not UTF-8 text",
    explanation: "KDL documents are UTF-8. The file holds a byte that no UTF-8 text can hold there: it was saved in \
another encoding, or is not a text at all.",
    example: "compose check firmware.wasm",
};

pub static TOO_LARGE: Code = Code {
    id: "schema::too-large",
    title: "a file or a line larger than any should be",
    explanation: "Documents are limited to 256 KiB and their lines to 4096 bytes, far beyond what people write. It is \
probably another file.",
    example: "compose check firmware.bin",
};

pub static TOO_DEEP: Code = Code {
    id: "schema::too-deep",
    title: "brackets or comments are nested too deep",
    explanation: "Brackets, block comments and `/-` comments may be nested 32 deep. No document needs more than four \
levels, so something was not closed.",
    example: "{ { { { { { { { { { { { { { { { { { { { { { { { { { { { { { { { {",
};

pub static UNKNOWN_NODE: Code = Code {
    id: "schema::unknown-node",
    title: "a node that is not known in this place",
    explanation: "Every node has its place: the reference of the manifest says which nodes each node may hold. A \
misspelt node is an error rather than ignored, since ignoring it would silently drop a limit.",
    example: "component \"a\" \"a.wasm\" { memroy budget=(KiB)8 }",
};

pub static NOT_YET: Code = Code {
    id: "schema::not-supported-yet",
    title: "a node that this version does not support yet",
    explanation: "The node is part of the manifest's plan, but this version cannot build it. It is refused rather than \
ignored, since a build without it would not be what the manifest says.",
    example: "task \"sample\" run=\"sampler#tick\" every=(ms)10",
};

pub static MISSING_NODE: Code = Code {
    id: "schema::missing-node",
    title: "a required node is missing",
    explanation: "Some nodes must be there: a manifest has one `system`, and a system has one `board`.",
    example: "system \"hub\" { component \"a\" \"a.wasm\" }",
};

pub static DUPLICATE_NODE: Code = Code {
    id: "schema::duplicate-node",
    title: "a node that may appear once appears again",
    explanation: "A second one would either be ignored or overrule the first; both hide a mistake.",
    example: "board \"mps2-an385\"\nboard \"mps2-an386\"",
};

pub static MISSING_ARGUMENT: Code = Code {
    id: "schema::missing-argument",
    title: "a node lacks an argument",
    explanation: "Arguments are the values that follow a node's name. The reference lists the required ones.",
    example: "component \"sampler\"",
};

pub static UNEXPECTED_ARGUMENT: Code = Code {
    id: "schema::unexpected-argument",
    title: "a node has an argument too many",
    explanation: "Either the value belongs to a property (`budget=` in front of it), or to a node of its own.",
    example: "memory (KiB)8",
};

pub static UNKNOWN_PROPERTY: Code = Code {
    id: "schema::unknown-property",
    title: "a property that this node does not have",
    explanation: "Properties are the `key=value` parts of a line. An unknown one is an error rather than ignored, since \
ignoring it would silently drop a limit.",
    example: "memory bugdet=(KiB)8",
};

pub static MISSING_PROPERTY: Code = Code {
    id: "schema::missing-property",
    title: "a node lacks a property",
    explanation: "Some properties must be there: a `memory` has a `budget=`, a `link` has a `to=`.",
    example: "memory grow=#true",
};

pub static DUPLICATE_PROPERTY: Code = Code {
    id: "schema::duplicate-property",
    title: "a property is given twice",
    explanation: "KDL would let the last one win. That hides a mistake, so it is an error here.",
    example: "memory budget=(KiB)8 budget=(KiB)16",
};

pub static WRONG_TYPE: Code = Code {
    id: "schema::wrong-type",
    title: "a value of the wrong type",
    explanation: "In KDL 2 a bare word is a string: `grow=tru` parses, and is the string \"tru\". Flags are `#true` and \
`#false`; sizes are integers with a unit in front, such as `(KiB)24`.",
    example: "memory budget=\"24KiB\"",
};

pub static UNKNOWN_VALUE: Code = Code {
    id: "schema::unknown-value",
    title: "a word that is none of the possible ones",
    explanation: "The value is one of a few words; the message lists them.",
    example: "bounds \"hardwear\"",
};

pub static MISSING_UNIT: Code = Code {
    id: "schema::missing-unit",
    title: "a number without a unit",
    explanation: "Sizes, times and shares carry their unit as a type annotation, so that nobody has to remember whether \
8 means bytes or kibibytes: `(B)`, `(KiB)`, `(MiB)`; `(us)`, `(ms)`, `(s)`; `(percent)`.",
    example: "memory budget=8192",
};

pub static UNKNOWN_UNIT: Code = Code {
    id: "schema::unknown-unit",
    title: "a unit that is not known here",
    explanation: "Sizes are in `(B)`, `(KiB)` (1024 bytes) or `(MiB)`, times in `(us)`, `(ms)` or `(s)`, shares in \
`(percent)`. `KB` is not accepted because it means 1000 bytes to some and 1024 to others.",
    example: "memory budget=(KB)8",
};

pub static UNEXPECTED_UNIT: Code = Code {
    id: "schema::unexpected-unit",
    title: "a unit where none belongs",
    explanation: "Only sizes, times and shares have units.",
    example: "run \"a#main\" (KiB)1",
};

pub static OUT_OF_RANGE: Code = Code {
    id: "schema::out-of-range",
    title: "a number that is too small or too large",
    explanation: "Sizes are at least 1 byte and below 4 GiB, shares are at most 100 percent, arguments fit into 64 bits.",
    example: "memory budget=(MiB)4096",
};

pub static EMPTY: Code = Code {
    id: "schema::empty",
    title: "an empty string",
    explanation: "Names and paths have at least one letter.",
    example: "component \"\" \"a.wasm\"",
};

pub static BAD_CHARACTER: Code = Code {
    id: "schema::bad-character",
    title: "a name that cannot be one",
    explanation: "Names of systems, components and processes become names of files, sections and symbols: letters, \
digits, `_`, `.` and `-`, at most 64, not starting with `.` or `-`. No string holds control characters.",
    example: "component \"my sampler\" \"sampler.wasm\"",
};
