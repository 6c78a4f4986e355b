//! The report, for people and for machines.

use crate::fixture::{Fixture, HUB};
use compose::plan::table::RegionTable;
use compose::report;
use std::path::Path;

#[test]
fn the_report_of_the_hub() {
    let fixture = Fixture::new(HUB);
    let report = report::table(&fixture.system(), &fixture.plan());
    same("tests/plan/hub.report.txt", &report.text);
}

#[test]
fn the_table_reads_back() {
    let fixture = Fixture::new(HUB);
    let image = fixture.image();
    let read: RegionTable = serde_json::from_str(&image.regions.to_json()).unwrap();
    assert_eq!(read, image.regions);
}

/// Holds a text against a file of the repository; `BLESS=1` writes the file.
fn same(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("BLESS").is_some() {
        return std::fs::write(&file, text).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    let diff = similar::TextDiff::from_lines(expected.as_str(), text);
    assert!(expected == text, "{path} differs (BLESS=1 writes it):\n{}", diff.unified_diff());
}
