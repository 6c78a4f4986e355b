//! Stage 8: the region table: text, JSON.
