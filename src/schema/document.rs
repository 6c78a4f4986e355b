//! The tables as text: the reference for people, and the schema for tools.

use super::{Child, Count, Document, Field, Node, Type};
use std::fmt::Write;

/// Every node of a document, each once, in the order of the table.
fn nodes(document: &Document) -> Vec<&'static Node> {
    fn collect(children: &'static [Child], all: &mut Vec<&'static Node>) {
        for child in children {
            if !all.iter().any(|n| std::ptr::eq(*n, child.node)) {
                all.push(child.node);
                collect(child.node.children, all);
            }
        }
    }
    let mut all = Vec::new();
    collect(document.nodes, &mut all);
    all
}

/// A chapter of the book: one section for each node.
pub fn reference(document: &Document) -> String {
    let mut out = String::new();
    for node in nodes(document) {
        let _ = writeln!(out, "## `{}`\n\n{}\n\n```kdl\n{}\n```\n", node.name, node.doc, node.example);
        let homes = homes(document, node);
        let _ = writeln!(out, "Where: {}.\n", homes.join("; "));
        let rest = node.rest.into_iter();
        let fields: Vec<(String, &Field)> = node
            .args
            .iter()
            .map(|f| (format!("_{}_", f.name), f))
            .chain(rest.map(|f| (format!("_{}_ ...", f.name), f)))
            .chain(node.props.iter().map(|f| (format!("`{}=`", f.name), f)))
            .collect();
        if fields.is_empty() {
            continue;
        }
        out += "| | what | type | default |\n|---|---|---|---|\n";
        for (name, field) in fields {
            let default = match (field.default, field.required) {
                (Some(default), _) => default.into(),
                (None, true) => "required".into(),
                (None, false) => String::from("none"),
            };
            let _ = writeln!(out, "| {name} | {} | {} | {default} |", field.doc, kind(field.ty));
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

/// `in `component`, any number`.
fn homes(document: &Document, node: &'static Node) -> Vec<String> {
    let count = |child: &Child| match child.count {
        Count::One => "exactly one",
        Count::AtMostOne => "at most one",
        Count::Any => "any number",
    };
    let is_it = |child: &&Child| std::ptr::eq(child.node, node);
    let top = document.nodes.iter().filter(is_it).map(|c| format!("at the top of the file, {}", count(c)));
    let inner = nodes(document).into_iter().flat_map(|parent| {
        parent.children.iter().filter(is_it).map(|c| format!("in `{}`, {}", parent.name, count(c))).collect::<Vec<_>>()
    });
    top.chain(inner).collect()
}

/// The type as the book calls it.
fn kind(ty: Type) -> String {
    match ty {
        Type::Text => "string".into(),
        Type::Name => "name: letters, digits, `_`, `.`, `-`".into(),
        Type::Integer(min, max) => format!("integer, {} to {}", number(min), number(max)),
        Type::Size => "size: `(B)`, `(KiB)` or `(MiB)`".into(),
        Type::Time => "time: `(us)`, `(ms)` or `(s)`".into(),
        Type::Percent => "`(percent)`, 0 to 100".into(),
        Type::Bool => "`#true` or `#false`".into(),
        Type::Word(words) => words.iter().map(|w| format!("`\"{w}\"`")).collect::<Vec<_>>().join(" or "),
        Type::Either(types) => types.iter().map(|t| kind(*t)).collect::<Vec<_>>().join(", or "),
    }
}

/// Large limits in powers of two.
fn number(value: i128) -> String {
    for (limit, text) in [(1i128 << 63, "2^63"), (1 << 64, "2^64"), (1 << 32, "2^32")] {
        if value == limit - 1 {
            return format!("{text} - 1");
        }
        if value == -limit {
            return format!("-{text}");
        }
    }
    value.to_string()
}

/// The same for tools, as KDL: one `node` for each node, with `arg`, `rest`, `prop` and `child` lines.
pub fn schema(document: &Document) -> String {
    let mut out = format!("// The nodes of a {}. Generated from the table that the reader follows.\n", document.name);
    let _ = writeln!(out, "document {:?} {{", document.name);
    children(&mut out, document.nodes);
    out += "}\n";
    for node in nodes(document) {
        let _ = writeln!(out, "node {:?} {{\n    doc {}", node.name, quoted(node.doc));
        let _ = writeln!(out, "    example {}", quoted(node.example));
        for field in node.args {
            line(&mut out, "arg", field);
        }
        if let Some(field) = node.rest {
            line(&mut out, "rest", field);
        }
        for field in node.props {
            line(&mut out, "prop", field);
        }
        children(&mut out, node.children);
        out += "}\n";
    }
    out
}

fn children(out: &mut String, children: &[Child]) {
    for child in children {
        let count = match child.count {
            Count::One => "1",
            Count::AtMostOne => "0..1",
            Count::Any => "0..",
        };
        let _ = writeln!(out, "    child {:?} count=\"{count}\"", child.node.name);
    }
}

fn line(out: &mut String, what: &str, field: &Field) {
    let _ = write!(out, "    {what} {:?} required=#{}", field.name, field.required);
    if let Some(default) = field.default {
        let _ = write!(out, " default={}", quoted(default));
    }
    let _ = writeln!(out, " doc={} {{", quoted(field.doc));
    types(out, field.ty);
    out.push_str("    }\n");
}

fn types(out: &mut String, ty: Type) {
    let _ = match ty {
        Type::Text => writeln!(out, "        type \"string\""),
        Type::Name => writeln!(out, "        type \"name\""),
        Type::Integer(min, max) => writeln!(out, "        type \"integer\" min={min} max={max}"),
        Type::Size => writeln!(out, "        type \"size\""),
        Type::Time => writeln!(out, "        type \"time\""),
        Type::Percent => writeln!(out, "        type \"percent\""),
        Type::Bool => writeln!(out, "        type \"bool\""),
        Type::Word(words) => {
            let words: String = words.iter().map(|w| format!(" {w:?}")).collect();
            writeln!(out, "        type \"word\" {{ one-of{words} }}")
        }
        Type::Either(either) => {
            either.iter().for_each(|t| types(out, *t));
            Ok(())
        }
    };
}

/// A KDL string; Rust's escapes are KDL's for the characters that the tables hold.
fn quoted(text: &str) -> String {
    format!("{text:?}")
}
