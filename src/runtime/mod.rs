//! Helpers that any unit may call, written as WAT.
