//! Const tables that say what a KDL document may hold, and the reader that holds a document against one.
//!
//! One table drives the reader, its suggestions, the reference in `book/` and the schema in `schemas/`. The
//! manifest's table is [`crate::manifest::MANIFEST`], the board files' is [`crate::board::BOARD`].

mod brackets;
pub mod document;
mod reader;
mod syntax;
mod value;

pub use reader::{Item, read};
pub use value::{FromValue, Value};

/// A kind of document.
#[derive(Debug)]
pub struct Document {
    /// `manifest`, `board file`.
    pub name: &'static str,
    pub nodes: &'static [Child],
    /// Nodes that later versions will have: name, and what to do without.
    pub reserved: &'static [(&'static str, &'static str)],
}

/// What a node may hold. Every field is optional unless it says otherwise.
#[derive(Debug)]
pub struct Node {
    pub name: &'static str,
    /// One line.
    pub doc: &'static str,
    /// Positional, in order; required ones come first.
    pub args: &'static [Field],
    /// What follows them, any number.
    pub rest: Option<&'static Field>,
    pub props: &'static [Field],
    pub children: &'static [Child],
    /// A line that is right; shown where the node is missing.
    pub example: &'static str,
}

/// A node inside another.
#[derive(Debug)]
pub struct Child {
    pub node: &'static Node,
    pub count: Count,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    One,
    AtMostOne,
    Any,
}

/// An argument or a property.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub ty: Type,
    pub required: bool,
    /// What holds where the field is absent, for people.
    pub default: Option<&'static str>,
    /// One line.
    pub doc: &'static str,
}

#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// Any string that is not empty.
    Text,
    /// A string that becomes part of section and file names: `[A-Za-z0-9_.-]+`.
    Name,
    /// An integer without a unit, ends included.
    Integer(i128, i128),
    /// `(B)`, `(KiB)` or `(MiB)`; 1 B or more, below 4 GiB.
    Size,
    /// `(us)`, `(ms)` or `(s)`; kept in microseconds, more than 0.
    Time,
    /// `(percent)`, 0 to 100.
    Percent,
    /// `#true` or `#false`.
    Bool,
    /// One of these strings.
    Word(&'static [&'static str]),
    /// A value of any of these types.
    Either(&'static [Type]),
}

impl Node {
    /// Nothing but a name: the base of the tables' rows.
    pub const EMPTY: Node = Node { name: "", doc: "", args: &[], rest: None, props: &[], children: &[], example: "" };

    pub fn child(&self, name: &str) -> Option<&'static Child> {
        self.children.iter().find(|c| c.node.name == name)
    }

    pub fn prop(&self, name: &str) -> Option<&'static Field> {
        self.props.iter().find(|p| p.name == name)
    }
}

impl Field {
    pub const fn required(name: &'static str, ty: Type, doc: &'static str) -> Field {
        Field { name, ty, required: true, default: None, doc }
    }

    pub const fn optional(name: &'static str, ty: Type, doc: &'static str) -> Field {
        Field { name, ty, required: false, default: None, doc }
    }

    pub const fn default(self, default: &'static str) -> Field {
        Field { default: Some(default), ..self }
    }
}

impl Child {
    pub const fn one(node: &'static Node) -> Child {
        Child { node, count: Count::One }
    }

    pub const fn at_most_one(node: &'static Node) -> Child {
        Child { node, count: Count::AtMostOne }
    }

    pub const fn any(node: &'static Node) -> Child {
        Child { node, count: Count::Any }
    }
}
