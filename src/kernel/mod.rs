//! The privileged code of the image: boot, regions, gates, faults.
