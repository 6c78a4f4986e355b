//! CLIF -> machine instructions with virtual registers; what all ISAs share.
