//! The tables in an interpreter, against a model.

use super::*;
use crate::flatten::environ::{HandleTable, Resource};
use arbitrary::Unstructured;
use std::collections::BTreeMap;
use wasmi::{Config, Engine, Instance, Linker, Module, Store, WasmParams, WasmResults};

const UNKNOWN: i32 = 1;
const EXHAUSTED: i32 = 2;
const KEPT: i32 = 3;
const LENT: i32 = 4;

/// Three component instances with two types: the first defines one, the second the other, and all have handles to both.
const TABLES: [(usize, u32); 6] = [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2)];
const DEFINED_BY: [u32; 2] = [0, 1];
const CAPACITY: [u32; 3] = [3, 4, 2];
const CALLS: u32 = 3;

struct Tables {
    store: Store<()>,
    instance: Instance,
}

impl Tables {
    fn module() -> (Engine, Module) {
        let flat = Flattened {
            resources: DEFINED_BY.map(|component| Resource { component, destructor: None }).into(),
            tables: TABLES.map(|(resource, component)| HandleTable { resource, component }).into(),
            modules: Vec::new(),
            instances: Vec::new(),
            exports: BTreeMap::new(),
        };
        let text = tables(&flat, CALLS, &|instance| CAPACITY[instance as usize]);
        let wasm = wat::parse_str(&text).expect("the tables are valid text");
        let engine = Engine::new(Config::default().wasm_custom_page_sizes(true));
        let module = Module::new(&engine, &wasm).expect("the tables are a valid module");
        (engine, module)
    }

    fn new(engine: &Engine, module: &Module) -> Tables {
        let mut store = Store::new(engine, ());
        let instance = Linker::new(engine).instantiate_and_start(&mut store, module).expect("it has no imports");
        Tables { store, instance }
    }

    fn call<P: WasmParams, R: WasmResults>(&mut self, name: &str, params: P) -> R {
        let function =
            self.instance.get_typed_func(&self.store, name).unwrap_or_else(|error| panic!("{name}: {error}"));
        function.call(&mut self.store, params).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

#[derive(Clone, Debug)]
struct Entry {
    resource: usize,
    rep: i32,
    /// The call that it is borrowed for; `None` if it is owned.
    call: Option<u32>,
}

/// What CanonicalABI.md says, without tables in memory. Values are `None` where something is wrong.
#[derive(Default)]
struct Model {
    handles: BTreeMap<(u32, i32), Entry>,
    /// By call: which handles it borrows, and how many that it gave are not dropped.
    lent: BTreeMap<u32, Vec<(u32, i32)>>,
    kept: BTreeMap<u32, u32>,
}

impl Model {
    fn find(&self, table: u32, handle: i32) -> Result<Entry, i32> {
        let (resource, instance) = TABLES[table as usize];
        let entry = self.handles.get(&(instance, handle)).filter(|entry| entry.resource == resource);
        entry.cloned().ok_or(UNKNOWN)
    }

    fn is_lent(&self, table: u32, handle: i32) -> bool {
        self.lent.values().flatten().any(|lent| *lent == (TABLES[table as usize].1, handle))
    }

    fn insert(&mut self, table: u32, rep: i32, call: Option<u32>) -> Result<i32, i32> {
        let (resource, instance) = TABLES[table as usize];
        let free =
            (1..=CAPACITY[instance as usize] as i32).find(|handle| !self.handles.contains_key(&(instance, *handle)));
        let handle = free.ok_or(EXHAUSTED)?;
        self.handles.insert((instance, handle), Entry { resource, rep, call });
        Ok(handle)
    }

    /// The representation if the resource goes.
    fn drop(&mut self, table: u32, handle: i32) -> Result<Option<i32>, i32> {
        let entry = self.find(table, handle)?;
        match entry.call {
            Some(call) => *self.kept.entry(call).or_default() -= 1,
            None if self.is_lent(table, handle) => return Err(LENT),
            None => {}
        }
        self.handles.remove(&(TABLES[table as usize].1, handle));
        Ok(entry.call.is_none().then_some(entry.rep))
    }

    fn own(&mut self, handle: i32, from: u32, to: u32) -> Result<i32, i32> {
        let entry = self.find(from, handle)?;
        if entry.call.is_some() {
            return Err(UNKNOWN);
        }
        if self.is_lent(from, handle) {
            return Err(LENT);
        }
        let new = self.insert(to, entry.rep, None)?;
        self.handles.remove(&(TABLES[from as usize].1, handle));
        Ok(new)
    }

    fn borrow(&mut self, handle: i32, from: u32, to: u32, call: u32) -> Result<i32, i32> {
        let entry = self.find(from, handle)?;
        if entry.call.is_none() {
            if self.lent.values().map(Vec::len).sum::<usize>() == CAPACITY.iter().sum::<u32>() as usize {
                return Err(EXHAUSTED);
            }
            self.lent.entry(call).or_default().push((TABLES[from as usize].1, handle));
        }
        let (resource, instance) = TABLES[to as usize];
        if DEFINED_BY[resource] == instance {
            return Ok(entry.rep);
        }
        *self.kept.entry(call).or_default() += 1;
        self.insert(to, entry.rep, Some(call))
    }

    fn enter(&mut self, call: u32) {
        self.lent.remove(&call);
        self.kept.remove(&call);
        self.handles.retain(|_, entry| entry.call != Some(call));
    }

    fn exit(&mut self, call: u32) -> i32 {
        if self.kept.get(&call).is_some_and(|kept| *kept != 0) {
            return KEPT;
        }
        self.lent.remove(&call);
        0
    }
}

fn pair(result: Result<i32, i32>) -> (i32, i32) {
    result.map_or_else(|wrong| (0, wrong), |value| (value, 0))
}

/// How often each operation ended how.
type Seen = BTreeMap<(u8, i32), u32>;

#[test]
fn tables_are_what_the_model_says() {
    let (engine, module) = Tables::module();
    let mut seen = Seen::new();
    let mut random = 1u64;
    for _ in 0..400 {
        let bytes: Vec<u8> = (0..2000)
            .map(|_| {
                // Knuth's MMIX.
                random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (random >> 56) as u8
            })
            .collect();
        check(&engine, &module, &mut Unstructured::new(&bytes), &mut seen).expect("enough bytes");
    }
    for outcome in [(0, EXHAUSTED), (3, 0), (3, LENT), (5, 0), (5, LENT), (6, 0), (6, EXHAUSTED), (9, 0), (9, KEPT)] {
        assert!(seen.contains_key(&outcome), "never seen: {outcome:?} in {seen:?}");
    }
}

fn check(engine: &Engine, module: &Module, u: &mut Unstructured, seen: &mut Seen) -> arbitrary::Result<()> {
    let (mut tables, mut model) = (Tables::new(engine, module), Model::default());
    let mut done = Vec::new();
    for step in 0..60 {
        let table = u.int_in_range(0..=TABLES.len() as u32 - 1)?;
        // The same type mostly, as adapters have it.
        let other = 2 * u.int_in_range(0..=2u32)? + table % 2;
        let handle = u.int_in_range(-1..=5)?;
        let call = u.int_in_range(0..=CALLS - 1)?;
        let what = u.int_in_range(0..=9u8)?;
        done.push((what, table, other, handle, call));
        let (found, expected): ((i32, i32, i32), (i32, i32, i32)) = match what {
            0..=1 => {
                let found: (i32, i32) = tables.call(&format!("new {table}"), step);
                let (value, wrong) = pair(model.insert(table, step, None));
                ((found.0, found.1, 0), (value, wrong, 0))
            }
            2 => {
                let found: (i32, i32) = tables.call(&format!("rep {table}"), handle);
                let (value, wrong) = pair(model.find(table, handle).map(|entry| entry.rep));
                ((found.0, found.1, 0), (value, wrong, 0))
            }
            3..=4 => {
                let found = tables.call(&format!("drop {table}"), handle);
                let expected = match model.drop(table, handle) {
                    Ok(Some(rep)) => (rep, 0, 1),
                    Ok(None) => (0, 0, 0),
                    Err(wrong) => (0, wrong, 0),
                };
                (found, expected)
            }
            5 => {
                let found: (i32, i32) = tables.call("own", (handle, table, other));
                let (value, wrong) = pair(model.own(handle, table, other));
                ((found.0, found.1, 0), (value, wrong, 0))
            }
            6..=7 => {
                let found: (i32, i32) = tables.call("borrow", (handle, table, other, call));
                let (value, wrong) = pair(model.borrow(handle, table, other, call));
                ((found.0, found.1, 0), (value, wrong, 0))
            }
            8 => {
                tables.call::<_, ()>("enter", call);
                model.enter(call);
                ((0, 0, 0), (0, 0, 0))
            }
            _ => {
                let found: i32 = tables.call("exit", call);
                ((0, found, 0), (0, model.exit(call), 0))
            }
        };
        assert_eq!(found, expected, "after {done:?}");
        *seen.entry((what, found.1)).or_default() += 1;
    }
    Ok(())
}
