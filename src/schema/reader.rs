//! Walks a document against its table. All that does not fit is reported; what fits is handed on.

use super::syntax::{self, parse};
use super::value::convert;
use super::{Child, Count, Document, Field, FromValue, Node, Value};
use crate::diag::codes::schema as code;
use crate::diag::suggest::{listed, nearest};
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{Source, SourceId, Sources, Span, Spanned};
use kdl::{KdlDocument, KdlEntry, KdlNode};

/// A node that the table knows. A value that was wrong is absent, and has been reported.
#[derive(Debug)]
pub struct Item {
    pub node: &'static Node,
    /// Name, arguments and properties.
    pub head: Span,
    /// The whole node, with what is inside it.
    pub whole: Span,
    args: Vec<Option<Spanned<Value>>>,
    props: Vec<(&'static str, Option<Spanned<Value>>)>,
    pub children: Vec<Item>,
}

impl Item {
    /// Argument `index`, the ones of `rest` included.
    pub fn arg<T: FromValue>(&self, index: usize) -> Option<Spanned<T>> {
        typed(self.args.get(index)?.as_ref())
    }

    /// How many arguments were written, right or wrong.
    pub fn arg_count(&self) -> usize {
        self.args.len()
    }

    pub fn prop<T: FromValue>(&self, name: &str) -> Option<Spanned<T>> {
        typed(self.props.iter().find(|(n, _)| *n == name)?.1.as_ref())
    }

    pub fn child(&self, name: &str) -> Option<&Item> {
        self.named(name).next()
    }

    pub fn named(&self, name: &str) -> impl Iterator<Item = &Item> {
        self.children.iter().filter(move |c| c.node.name == name)
    }
}

fn typed<T: FromValue>(value: Option<&Spanned<Value>>) -> Option<Spanned<T>> {
    let value = value?;
    Some(Spanned::new(T::from_value(&value.value)?, value.span))
}

/// Reads a text as a document of this kind. `None` if it is not KDL at all.
pub fn read(sources: &Sources, id: SourceId, document: &'static Document) -> (Option<Vec<Item>>, Diagnostics) {
    let source = sources.get(id);
    let tree = match parse(source, id) {
        Ok(tree) => tree,
        Err(diagnostics) => return (None, diagnostics),
    };
    let mut walk = Walk { source, id, document, found: Diagnostics::new() };
    let start = syntax::span(source, id, 0..0);
    let items = walk.children(&tree, None, document.nodes, start);
    (Some(items), walk.found)
}

struct Walk<'a> {
    source: &'a Source,
    id: SourceId,
    document: &'static Document,
    found: Diagnostics,
}

impl Walk<'_> {
    fn span(&self, span: miette::SourceSpan) -> Span {
        syntax::span(self.source, self.id, span.offset()..span.offset().saturating_add(span.len()))
    }

    /// The nodes of `tree`, which are inside `parent` (`None`: top level).
    fn children(
        &mut self,
        tree: &KdlDocument,
        parent: Option<&'static Node>,
        allowed: &'static [Child],
        head: Span,
    ) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        // Nodes that a misspelt one was meant to be are not missing.
        let mut meant: Vec<&str> = Vec::new();
        for kdl in tree.nodes() {
            let name = kdl.name().value();
            let Some(child) = allowed.iter().find(|c| c.node.name == name) else {
                meant.extend(nearest(name, allowed.iter().map(|c| c.node.name)));
                self.unknown_node(kdl, parent, allowed);
                continue;
            };
            let item = self.node(kdl, child.node);
            let single = child.count != Count::Any;
            match single.then(|| items.iter().find(|i| i.node.name == name)).flatten() {
                Some(first) => {
                    let place = parent.map_or(self.document.name, |p| p.name);
                    self.found.push(
                        Diagnostic::error(&code::DUPLICATE_NODE, format!("more than one `{name}` in one {place}"))
                            .label(item.head, "a second one")
                            .label(first.head, "the first one")
                            .help("keep one of them"),
                    );
                }
                None => items.push(item),
            }
        }
        for child in allowed.iter().filter(|c| c.count == Count::One && !meant.contains(&c.node.name)) {
            if !tree.nodes().iter().any(|n| n.name().value() == child.node.name) {
                let (place, name) = (parent.map_or(self.document.name, |p| p.name), child.node.name);
                self.found.push(
                    Diagnostic::error(&code::MISSING_NODE, format!("this {place} has no `{name}`"))
                        .label(head, format!("`{name}` is missing"))
                        .help(format!("add a line such as `{}`", child.node.example)),
                );
            }
        }
        items
    }

    fn node(&mut self, kdl: &KdlNode, node: &'static Node) -> Item {
        let name_span = self.span(kdl.name().span());
        let head_end = kdl.entries().iter().map(|e| self.span(e.span()).end).max().unwrap_or(0);
        let head = Span { end: name_span.end.max(head_end), ..name_span };
        if let Some(ty) = kdl.ty() {
            self.found.push(
                Diagnostic::error(&code::UNEXPECTED_UNIT, format!("`{}` takes no unit", node.name))
                    .label(self.span(ty.span()), "units belong in front of values")
                    .help(format!("remove `({})`", ty.value())),
            );
        }
        let args = self.args(kdl, node, name_span);
        let props = self.props(kdl, node, name_span);
        let children = match kdl.children() {
            Some(tree) if node.children.is_empty() => {
                for inner in tree.nodes() {
                    self.unknown_node(inner, Some(node), &[]);
                }
                Vec::new()
            }
            Some(tree) => self.children(tree, Some(node), node.children, head),
            None => self.children(&KdlDocument::new(), Some(node), node.children, head),
        };
        let whole = self.span(kdl.span());
        let text = &self.source.text[whole.start as usize..whole.end as usize];
        let trimmed = text.trim_end_matches(|c: char| c.is_whitespace() || c == ';');
        let end = (whole.start + trimmed.len() as u32).max(head.end);
        Item { node, head, whole: Span { start: name_span.start, end, ..head }, args, props, children }
    }

    fn value(&mut self, entry: &KdlEntry, field: &Field, node: &Node) -> Option<Spanned<Value>> {
        let what = format!("{} of `{}`", field.label(), node.name);
        match convert(field.ty, entry, &what, self.span(entry.span())) {
            Ok(value) => Some(value),
            Err(diagnostic) => {
                self.found.push(diagnostic);
                None
            }
        }
    }

    fn args(&mut self, kdl: &KdlNode, node: &'static Node, name: Span) -> Vec<Option<Spanned<Value>>> {
        let mut args = Vec::new();
        for (index, entry) in positional(kdl).enumerate() {
            if let Some(prop) = nameless(kdl, node, index, entry) {
                self.found.push(
                    Diagnostic::error(
                        &code::UNEXPECTED_ARGUMENT,
                        format!("`{}` takes `{}=` by name", node.name, prop.name),
                    )
                    .label(self.span(entry.span()), "a value without its name")
                    .help(format!("write `{}=` in front of it, as in `{}`", prop.name, node.example)),
                );
                continue;
            }
            match node.args.get(index).or(node.rest) {
                Some(field) => args.push(self.value(entry, field, node)),
                None => self.unexpected_argument(entry, node),
            }
        }
        for field in node.args.iter().skip(args.len()).filter(|f| f.required && !is_meant(kdl, node, f)) {
            self.found.push(
                Diagnostic::error(&code::MISSING_ARGUMENT, format!("`{}` has no {}", node.name, field.name))
                    .label(name, format!("the {} is missing", field.name))
                    .help(format!("write it as in `{}`", node.example)),
            );
        }
        args
    }

    fn unexpected_argument(&mut self, entry: &KdlEntry, node: &'static Node) {
        let takes = match node.args.len() {
            0 => "no argument".into(),
            1 => "one argument".into(),
            n => format!("{n} arguments"),
        };
        let error = Diagnostic::error(&code::UNEXPECTED_ARGUMENT, format!("`{}` takes {takes}", node.name))
            .label(self.span(entry.span()), "one too many");
        let word = entry.value().as_string().and_then(|w| nearest(w, node.props.iter().map(|p| p.name)));
        self.found.push(match word {
            Some(prop) => error.help(format!("did you mean `{prop}=...`?")),
            None => error.help(format!("remove it; a right line is `{}`", node.example)),
        });
    }

    fn props(
        &mut self,
        kdl: &KdlNode,
        node: &'static Node,
        name_span: Span,
    ) -> Vec<(&'static str, Option<Spanned<Value>>)> {
        let mut props: Vec<(&'static str, Option<Spanned<Value>>)> = Vec::new();
        let mut firsts: Vec<(&'static str, Span)> = Vec::new();
        for entry in kdl.entries() {
            let Some(key) = entry.name() else { continue };
            let Some(field) = node.prop(key.value()) else {
                self.unknown_property(key.value(), self.span(key.span()), node);
                continue;
            };
            let span = self.span(entry.span());
            if let Some((_, first)) = firsts.iter().find(|(n, _)| *n == field.name) {
                self.found.push(
                    Diagnostic::error(
                        &code::DUPLICATE_PROPERTY,
                        format!("`{}=` twice on one `{}`", field.name, node.name),
                    )
                    .label(span, "a second one")
                    .label(*first, "the first one")
                    .help("keep one of them"),
                );
                continue;
            }
            firsts.push((field.name, span));
            let value = self.value(entry, field, node);
            props.push((field.name, value));
        }
        for field in node.props.iter().filter(|f| f.required && !is_meant(kdl, node, f)) {
            if !firsts.iter().any(|(n, _)| *n == field.name) {
                self.found.push(
                    Diagnostic::error(&code::MISSING_PROPERTY, format!("`{}` has no `{}=`", node.name, field.name))
                        .label(name_span, format!("`{}=` is missing", field.name))
                        .help(format!("write it as in `{}`", node.example)),
                );
            }
        }
        props
    }

    fn unknown_property(&mut self, key: &str, key_span: Span, node: &'static Node) {
        let error = Diagnostic::error(
            &code::UNKNOWN_PROPERTY,
            format!("`{}` has no property `{}`", node.name, key.escape_debug()),
        )
        .label(key_span, "unknown property");
        let inner = node.children.iter().find(|c| c.node.prop(key).is_some());
        let help = if node.child(key).is_some() {
            format!(
                "`{key}` is a node of its own: write `{} ... {{ {} }}`",
                node.name,
                node.child(key).map_or("", |c| c.node.example)
            )
        } else if let Some(near) = nearest(key, node.props.iter().map(|p| p.name)) {
            format!("did you mean `{near}=`?")
        } else if let Some(inner) = inner {
            format!("`{key}=` belongs to `{}`: write `{}` inside", inner.node.name, inner.node.example)
        } else if let Some(field) = node.args.iter().find(|f| f.name == key) {
            format!("the {} is an argument: write it without `{key}=`, as in `{}`", field.name, node.example)
        } else if node.props.is_empty() {
            format!("`{}` has no properties; a right line is `{}`", node.name, node.example)
        } else {
            format!("its properties: {}", listed(node.props.iter().map(|p| p.name)))
        };
        self.found.push(error.help(help));
    }

    fn unknown_node(&mut self, kdl: &KdlNode, parent: Option<&'static Node>, allowed: &'static [Child]) {
        let name = kdl.name().value();
        let span = self.span(kdl.name().span());
        if let Some((_, why)) = self.document.reserved.iter().find(|(n, _)| *n == name) {
            self.found.push(
                Diagnostic::error(&code::NOT_YET, format!("`{name}` is not supported yet"))
                    .label(span, "here")
                    .help(*why),
            );
            return;
        }
        let place = parent.map_or(format!("at the top of a {}", self.document.name), |p| format!("in `{}`", p.name));
        let error = Diagnostic::error(&code::UNKNOWN_NODE, format!("unknown node `{}` {place}", name.escape_debug()))
            .label(span, "unknown node");
        let help = if let Some(near) = nearest(name, allowed.iter().map(|c| c.node.name)) {
            format!("did you mean `{near}`?")
        } else if let Some(prop) = parent.and_then(|p| p.prop(name)) {
            format!(
                "`{name}` is a property: write `{}=...` on the line of `{}`",
                prop.name,
                parent.map_or("", |p| p.name)
            )
        } else if let Some(home) = self.document.parent_of(name) {
            format!("`{name}` belongs {home}")
        } else if allowed.is_empty() {
            format!("`{}` holds no nodes: remove it", parent.map_or("this", |p| p.name))
        } else {
            format!("nodes here: {}", listed(allowed.iter().map(|c| c.node.name)))
        };
        self.found.push(error.help(help));
    }
}

fn positional(kdl: &KdlNode) -> impl Iterator<Item = &KdlEntry> {
    kdl.entries().iter().filter(|e| e.name().is_none())
}

/// The required property that this argument is the value of, without the name: `memory (KiB)8`, `link "a" "b"`.
fn nameless(kdl: &KdlNode, node: &'static Node, index: usize, entry: &KdlEntry) -> Option<&'static Field> {
    if node.args.get(index).or(node.rest).is_some_and(|f| f.ty.takes(entry.value())) {
        return None;
    }
    let absent = |f: &&Field| !kdl.entries().iter().any(|e| e.name().is_some_and(|n| n.value() == f.name));
    node.props.iter().find(|f| f.required && f.ty.takes(entry.value()) && absent(f))
}

/// Whether something else on the line, reported for itself, was meant to be this field: then it is not missing.
fn is_meant(kdl: &KdlNode, node: &'static Node, field: &Field) -> bool {
    let as_key = kdl.entries().iter().filter_map(|e| e.name()).map(|n| n.value()).any(|key| {
        let unknown = node.prop(key).is_none();
        unknown && (key == field.name || nearest(key, node.props.iter().map(|p| p.name)) == Some(field.name))
    });
    let mut values = positional(kdl).enumerate();
    as_key || values.any(|(index, entry)| nameless(kdl, node, index, entry).is_some_and(|f| f.name == field.name))
}

impl Field {
    /// `budget=` of properties, `the name` of arguments: set by the table's own name for it.
    fn label(&self) -> String {
        format!("`{}`", self.name)
    }
}

impl Document {
    /// Where a node of this name is at home: `inside `component``.
    fn parent_of(&self, name: &str) -> Option<String> {
        fn search(
            children: &'static [Child],
            name: &str,
            parent: Option<&'static Node>,
        ) -> Option<Option<&'static Node>> {
            children.iter().find_map(|c| {
                if c.node.name == name { Some(parent) } else { search(c.node.children, name, Some(c.node)) }
            })
        }
        Some(match search(self.nodes, name, None)? {
            Some(parent) => format!("inside `{}`", parent.name),
            None => "at the top of the file".into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Type;

    static TIMER: Node = Node {
        name: "timer",
        args: &[Field::required("period", Type::Time, "")],
        example: "timer (ms)10",
        ..Node::EMPTY
    };
    static DOCUMENT: Document = Document { name: "test", nodes: &[Child::any(&TIMER)], reserved: &[] };

    /// Times in microseconds, and the codes of what is wrong.
    fn times(text: &str) -> (Vec<Option<Value>>, Vec<&'static str>) {
        let mut sources = Sources::new();
        let id = sources.add("t", "", text);
        let (items, found) = read(&sources, id, &DOCUMENT);
        let values = items.unwrap_or_default().iter().map(|i| i.arg::<Value>(0).map(|v| v.value)).collect();
        (values, found.list.iter().map(|d| d.code.id).collect())
    }

    #[test]
    fn times_are_kept_in_microseconds() {
        let (values, codes) = times("timer (us)7; timer (ms)10; timer (s)2");
        assert_eq!(values, [7, 10_000, 2_000_000].map(|t| Some(Value::Time(t))));
        assert!(codes.is_empty());
        let (values, codes) = times("timer (ms)0; timer (KiB)1; timer 10; timer (s)4295; timer \"10ms\"");
        assert_eq!(values, [const { None }; 5]);
        let expected = ["out-of-range", "unknown-unit", "missing-unit", "out-of-range", "wrong-type"];
        assert_eq!(codes, expected.map(|c| format!("schema::{c}")));
    }
}
