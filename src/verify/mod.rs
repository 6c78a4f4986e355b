//! Re-reads a finished ELF and checks its isolation. Shares nothing with what it checks.
