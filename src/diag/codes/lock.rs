//! Codes of lock files.

use crate::diag::Code;

pub const ALL: &[&Code] = &[&CONFLICT, &TWICE, &WORDS, &NOT_COVERED, &OVERLAP, &WOULD_CHANGE];

pub static CONFLICT: Code = Code {
    id: "lock::conflict",
    title: "a lock file with the marks of an unresolved merge",
    explanation: "Two branches have changed the layout. Take the lock file of either side, whole, and build: what that side \
                  knows stays where it is, and what it does not know gets a place.",
    example: "<<<<<<< HEAD",
};

pub static TWICE: Code = Code {
    id: "lock::twice",
    title: "a line of a lock file that is there twice",
    explanation: "A lock file has one line for each thing. A merge by lines can leave two.",
    example: "stack \"a\" base=0x2000_0000 size=64\nstack \"a\" base=0x2000_0100 size=64",
};

pub static WORDS: Code = Code {
    id: "lock::words",
    title: "register words that are none",
    explanation: "`words` has, for each entry of the protection unit, its number and its two register words. They are there \
                  for people who review a change; a build computes them anew.",
    example: "words=\"1:2000\"",
};

pub static NOT_COVERED: Code = Code {
    id: "lock::not-covered",
    title: "an extent that is not inside what is granted",
    explanation: "A lock file is written by `compose build` and not meant to be edited: base and size of an extent lie inside \
                  `granted-base` and `granted-size`.",
    example: "extent \"a\" in=\"sram\" base=0x2000_0000 size=64 granted-base=0x2000_0020 granted-size=64 ...",
};

pub static OVERLAP: Code = Code {
    id: "lock::overlap",
    title: "two extents of a lock file that overlap",
    explanation: "No two processes have the same address. A merge that takes lines of two layouts can put two things in one \
                  place. Take the lock file of one side, whole.",
    example: "extent \"a\" ... granted-base=0x2000_0000 granted-size=64\nextent \"b\" ... granted-base=0x2000_0020 granted-size=64",
};

pub static WOULD_CHANGE: Code = Code {
    id: "lock::would-change",
    title: "the lock file does not match the build",
    explanation: "With `--locked` a build may not change the layout. The manifest, a module or the compiler has changed since \
                  the lock file was written. Build without `--locked`, look at the difference, and commit it.",
    example: "compose build --locked",
};
