//! What can be in the image: every function and constant, by its symbol, and what each needs.

use crate::codegen::{Constant, Function, Object, Relocation, Symbol};
use crate::ingest::Unit;
use crate::kernel::Kernel;
use crate::link::System;
use std::collections::{BTreeMap, BTreeSet};

/// The root: everything that the image needs is reachable from it by relocations.
pub const VECTORS: Symbol = Symbol::KernelTable("vectors");

#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    pub unit: Unit,
    pub body: ItemBody<'a>,
}

#[derive(Clone, Copy, Debug)]
pub enum ItemBody<'a> {
    Function(&'a Function),
    Constant(&'a Constant),
}

impl<'a> Item<'a> {
    pub fn bytes(&self) -> &'a [u8] {
        match self.body {
            ItemBody::Function(function) => &function.code,
            ItemBody::Constant(constant) => &constant.bytes,
        }
    }

    pub fn relocations(&self) -> &'a [Relocation] {
        match self.body {
            ItemBody::Function(function) => &function.relocations,
            ItemBody::Constant(constant) => &constant.relocations,
        }
    }

    /// A power of two. Code begins at multiples of 4: its literals are read relative to the word of the program counter.
    pub fn align(&self) -> u32 {
        match self.body {
            ItemBody::Function(_) => 4,
            ItemBody::Constant(constant) => constant.align.max(1),
        }
    }
}

/// All functions and constants of all objects.
#[derive(Debug)]
pub struct Contents<'a> {
    pub items: BTreeMap<Symbol, Item<'a>>,
    /// In the order of the objects, the kernel's first: the order in the image.
    pub order: Vec<Symbol>,
}

impl<'a> Contents<'a> {
    /// Components by name, whatever their order in the manifest.
    pub fn of(system: &System, objects: &'a [Object], kernel: &'a Kernel) -> Result<Self, String> {
        let name = |unit: Unit| match unit {
            Unit::Component(id) => Some(system.manifest.component(id).name.value.as_str()),
            Unit::Kernel | Unit::Runtime => None,
        };
        let mut sorted: Vec<&Object> = objects.iter().collect();
        sorted.sort_by_key(|object| name(object.unit));
        Self::new(sorted, kernel)
    }

    /// Two objects may define the same constant (a descriptor), with the same bytes. An error is a bug of the stages
    /// before.
    fn new(objects: impl IntoIterator<Item = &'a Object>, kernel: &'a Kernel) -> Result<Self, String> {
        let mut contents = Contents { items: BTreeMap::new(), order: Vec::new() };
        for object in std::iter::once(&kernel.object).chain(objects) {
            for function in &object.functions {
                contents.add(function.symbol, Item { unit: object.unit, body: ItemBody::Function(function) })?;
            }
            for constant in &object.constants {
                // The kernel copies a component's load image, but it is the component's.
                let unit = match constant.symbol {
                    Symbol::LoadImage(component) => Unit::Component(component),
                    _ => object.unit,
                };
                contents.add(constant.symbol, Item { unit, body: ItemBody::Constant(constant) })?;
            }
        }
        if !contents.items.contains_key(&VECTORS) {
            return Err(format!("nothing defines {VECTORS:?}"));
        }
        Ok(contents)
    }

    fn add(&mut self, symbol: Symbol, item: Item<'a>) -> Result<(), String> {
        match self.items.get(&symbol) {
            None => {
                self.items.insert(symbol, item);
                self.order.push(symbol);
                Ok(())
            }
            Some(first) if same(first, &item) => Ok(()),
            Some(_) => Err(format!("{symbol:?} is defined twice")),
        }
    }

    /// Everything reachable from the vector table.
    pub fn reachable(&self) -> BTreeSet<Symbol> {
        let mut reached = BTreeSet::from([VECTORS]);
        let mut work = vec![VECTORS];
        while let Some(symbol) = work.pop() {
            let Some(item) = self.items.get(&symbol) else { continue };
            for relocation in item.relocations() {
                if self.items.contains_key(&relocation.target) && reached.insert(relocation.target) {
                    work.push(relocation.target);
                }
            }
        }
        reached
    }
}

fn same(a: &Item, b: &Item) -> bool {
    let constants = matches!((a.body, b.body), (ItemBody::Constant(_), ItemBody::Constant(_)));
    constants && a.bytes() == b.bytes() && a.align() == b.align() && a.relocations() == b.relocations()
}
