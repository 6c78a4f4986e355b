//! The region table as data.
