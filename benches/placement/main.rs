//! How much RAM placing wastes, and how long it takes: `scripts/placement`. With `BLESS=1` the tables go into
//! `book/placement.md`. `-- waste` or `-- timing` makes one of them.

mod family;
mod tables;

use std::path::Path;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let all: [(&str, fn() -> String); 2] = [("waste", tables::waste), ("timing", tables::timing)];
    let wanted = |name: &str| arguments.is_empty() || arguments.iter().any(|argument| argument == name);
    let made: Vec<(&str, String)> =
        all.into_iter().filter(|(name, _)| wanted(name)).map(|(name, table)| (name, table())).collect();
    for (_, table) in &made {
        println!("{table}");
    }
    if std::env::var_os("BLESS").is_none() {
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/placement.md");
    let mut text = std::fs::read_to_string(&path).expect("the chapter is there");
    for (name, table) in made {
        let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->\n"));
        let from = text.find(&start).expect("the chapter has a place for the table") + start.len();
        let to = text.find(&end).expect("the chapter says where the table ends");
        text.replace_range(from..to, &format!("\n{table}\n"));
    }
    std::fs::write(&path, text).expect("the chapter can be written");
}
