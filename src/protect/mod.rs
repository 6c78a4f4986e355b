//! Protection models: what a legal piece is, how extents are covered, and the register words.
