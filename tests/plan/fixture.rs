//! A system from manifest text: modules without code, objects by hand, and a kernel that is a few instructions.

use compose::board::{self, Board};
use compose::codegen::{Call, Constant, Function, Object, Relocation, RelocationKind, RuntimeFunction, Symbol};
use compose::diag::Diagnostics;
use compose::image::{self, Image};
use compose::ingest::{self, FuncType, Module, Unit};
use compose::kernel::Kernel;
use compose::link::{InstanceWord, Job, Linked, LinkedMemory, MemoryBase, System};
use compose::manifest::{self, Bounds, ComponentId, Manifest, Optimize, ProcessId};
use compose::plan::{self, Plan};
use compose::source::Sources;

pub struct Fixture {
    pub manifest: Manifest,
    pub board: Board,
    pub modules: Vec<Module>,
    /// Words of instance data of each component.
    pub instance: u32,
}

impl Fixture {
    pub fn new(text: &str) -> Self {
        let mut sources = Sources::new();
        let id = sources.add("system.kdl", "", text);
        let (manifest, found) = manifest::read(&sources, id);
        assert!(found.list.is_empty(), "{found:?}");
        let manifest = manifest.expect("the manifest of a test is right");
        let board = board::all().into_iter().find(|board| board.name == manifest.board.value);
        let modules = manifest.components.iter().enumerate().map(|(index, component)| Module {
            name: component.name.value.clone(),
            unit: Unit::Component(ComponentId(index as u32)),
            wasm: Vec::new(),
            types: vec![FuncType { params: Vec::new(), results: Vec::new() }],
            imports: Vec::new(),
            functions: vec![ingest::Function { ty: 0, name: Some("tick".to_string()), body: Some(0x100..0x120) }],
            tables: Vec::new(),
            memories: Vec::new(),
            globals: Vec::new(),
            exports: Vec::new(),
            start: None,
            elements: Vec::new(),
            data: Vec::new(),
            uses: Vec::new(),
        });
        let modules = modules.collect();
        Fixture { board: board.expect("the board of a test is built in"), manifest, modules, instance: 6 }
    }

    /// Every component has one job: its function 0.
    pub fn system(&self) -> System<'_> {
        let components = self.manifest.components.iter().zip(&self.modules).map(|(component, module)| Linked {
            unit: module.unit,
            module,
            functions: Vec::new(),
            memories: component
                .memories
                .iter()
                .enumerate()
                .map(|(index, memory)| LinkedMemory {
                    name: memory.name.as_ref().map_or("memory".to_string(), |name| name.value.clone()),
                    base: if index == 0 { MemoryBase::Home } else { MemoryBase::Symbol },
                    bytes: memory.budget.value,
                    max_bytes: memory.budget.value,
                    budget: memory.budget.value,
                    least: 1,
                    page_log2: 0,
                    bounds: Bounds::Hardware,
                    size_cell: None,
                })
                .collect(),
            globals: Vec::new(),
            tables: Vec::new(),
            passive_data: Vec::new(),
            passive_elements: Vec::new(),
            data: Vec::new(),
            arena: None,
            parties: None,
            type_ids: Vec::new(),
            instance: vec![InstanceWord::Value(0); self.instance as usize],
        });
        let jobs = (0..self.manifest.components.len() as u32)
            .map(|index| Job { component: ComponentId(index), function: 0, args: Vec::new() })
            .collect();
        System {
            manifest: &self.manifest,
            board: &self.board,
            components: components.collect(),
            gates: Vec::new(),
            jobs,
            types: vec![FuncType { params: Vec::new(), results: Vec::new() }],
            optimize: Optimize::Speed,
            tail_words: 0,
        }
    }

    /// Function 0 of each component, with a frame of 64 bytes.
    pub fn objects(&self) -> Vec<Object> {
        let objects = (0..self.manifest.components.len() as u32).map(|index| {
            let unit = Unit::Component(ComponentId(index));
            Object { unit, functions: vec![function(unit, 0, 64, &[])], constants: Vec::new() }
        });
        objects.collect()
    }

    pub fn kernel(&self) -> Kernel {
        kernel(self, Attack::None)
    }

    pub fn place(&self) -> (Option<Plan>, Diagnostics) {
        self.place_with(&self.objects())
    }

    pub fn place_with(&self, objects: &[Object]) -> (Option<Plan>, Diagnostics) {
        plan::place(&self.system(), objects, &self.kernel(), None)
    }

    pub fn plan(&self) -> Plan {
        let (plan, found) = self.place();
        assert!(found.list.is_empty(), "{found:?}");
        plan.expect("without an error there is a plan")
    }

    pub fn image(&self) -> Image {
        self.image_with(&self.objects(), &self.kernel())
    }

    pub fn image_with(&self, objects: &[Object], kernel: &Kernel) -> Image {
        let system = self.system();
        let (plan, found) = plan::place(&system, objects, kernel, None);
        assert!(found.list.is_empty(), "{found:?}");
        let (image, found) = image::write(&system, objects, kernel, &plan.expect("no error, so a plan"));
        assert!(found.list.is_empty(), "{found:?}");
        image.expect("no error, so an image")
    }
}

/// `svc #0`, then a return.
pub fn function(unit: Unit, index: u32, frame: u32, calls: &[Call]) -> Function {
    Function {
        symbol: Symbol::Function { unit, index },
        name: if index == 0 { "tick".to_string() } else { format!("f{index}") },
        code: halves(&[0xdf00, 0x4770]),
        // Makes the callees part of the image.
        relocations: Vec::new(),
        frame,
        calls: calls.to_vec(),
        tail_calls: Vec::new(),
        lines: vec![(0, 0x102), (2, 0x110)],
    }
}

/// What the first component does with memory in [`kernel`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attack {
    /// Stores into its own memory.
    None,
    /// Stores where the symbol says, plus so many bytes.
    StoreAt(Symbol, i32),
}

/// Exit code of a system whose first component has been stopped by a MemManage fault.
pub const CAUGHT: i32 = 42;

/// A kernel of 66 instructions. It loads the regions of process 0, turns the protection on, and enters unprivileged
/// code that stores to its home memory, then where the attack says, then calls the kernel, which ends the program with
/// 0. A MemManage fault ends it with [`CAUGHT`].
///
/// Its tables have the form of the real kernel's: words, and relocations for all that the plan decides.
pub fn kernel(fixture: &Fixture, attack: Attack) -> Kernel {
    let (target, addend) = match attack {
        Attack::None => (Symbol::HomeBase(ComponentId(0)), 0),
        Attack::StoreAt(symbol, addend) => (symbol, addend),
    };
    let relocation = |offset, kind, target| Relocation { offset, kind, target, addend: 0 };
    let pair = |offset, target| relocation(offset, RelocationKind::ThumbMovwMovt, target);
    let native = |name: &'static str, code: &[u16], relocations| Function {
        symbol: Symbol::Native(name),
        name: name.to_string(),
        code: halves(code),
        relocations,
        frame: 0,
        calls: Vec::new(),
        tail_calls: Vec::new(),
        lines: Vec::new(),
    };
    let call =
        |offset, name| Relocation { addend: -4, ..relocation(offset, RelocationKind::ThumbCall, Symbol::Native(name)) };
    // Assembled by llvm-mc from the comments (MPU_RBAR is 0xe000ed9c, SHCSR 0xe000ed24).
    let reset = native(
        "reset",
        &[
            0xf240, 0x0000, 0xf2c0, 0x0000, // movw/movt r0, regions
            0xf64e, 0x519c, 0xf2ce, 0x0100, // movw/movt r1, MPU_RBAR
            0x2208, // movs r2, #8
            0xe8f0, 0x3402, // 1: ldrd r3, r4, [r0], #8
            0xe9c1, 0x3400, // strd r3, r4, [r1]
            0x3a01, // subs r2, #1
            0xd1f9, // bne 1b
            0x2305, // movs r3, #5
            0xf841, 0x3c08, // str r3, [r1, #-8]: MPU_CTRL = PRIVDEFENA, ENABLE
            0xf44f, 0x3380, // mov.w r3, #0x10000
            0xf1a1, 0x0178, // sub.w r1, r1, #0x78
            0x600b, // str r3, [r1]: SHCSR = MEMFAULTENA
            0xf3bf, 0x8f4f, 0xf3bf, 0x8f6f, // dsb; isb
            0xf240, 0x0000, 0xf2c0, 0x0000, // movw/movt r0, stack top
            0xf380, 0x8809, // msr psp, r0
            0x2003, // movs r0, #3
            0xf380, 0x8814, // msr control, r0: unprivileged, PSP
            0xf3bf, 0x8f6f, // isb
            0xf240, 0x0b00, 0xf2c0, 0x0b00, // movw/movt r11, home base
            0xf240, 0x0000, 0xf2c0, 0x0000, // movw/movt r0, target
            0xf000, 0xd000, // bl attack
            0xe7fe, // b .
        ],
        vec![
            pair(0x00, Symbol::KernelTable("processes")),
            pair(0x36, Symbol::StackTop(ProcessId(0))),
            pair(0x4c, Symbol::HomeBase(ComponentId(0))),
            Relocation { addend, ..pair(0x54, target) },
            call(0x5c, "attack"),
        ],
    );
    // movs r1, #1; str.w r1, [r11]; str r1, [r0]; svc #0
    let attack = native("attack", &[0x2101, 0xf8cb, 0x1000, 0x6001, 0xdf00], Vec::new());
    // movw/movt r0, #0x20026; push {r0, r1}; mov r1, sp; movs r0, #0x20; bkpt #0xab
    let exit = native("exit", &[0xf240, 0x0026, 0xf2c0, 0x0002, 0xb403, 0x4669, 0x2020, 0xbeab], Vec::new());
    // movs r1, #code; b.w exit
    let end = |name, code| native(name, &[0x2100 | code, 0xf000, 0x9000], vec![call(2, "exit")]);

    let slots = u32::from(fixture.system().process_slots());
    let mut regions = vec![Symbol::FixedRegionWord { index: 0 }, Symbol::FixedRegionWord { index: 1 }];
    let processes = (0..fixture.manifest.processes.len() as u32).map(ProcessId);
    regions
        .extend(processes.flat_map(|process| (0..2 * slots).map(move |index| Symbol::RegionWord { process, index })));
    // Words that the real kernel has too: what makes a component's code part of the image.
    regions.extend(
        (0..fixture.manifest.components.len() as u32)
            .map(|index| Symbol::Function { unit: Unit::Component(ComponentId(index)), index: 0 }),
    );
    let mut vectors = vec![Symbol::KernelStackTop, Symbol::Native("reset")];
    vectors.extend([Symbol::Native("caught"); 9]);
    vectors.push(Symbol::Native("done"));
    vectors.extend([Symbol::Native("caught"); 4]);
    Kernel {
        object: Object {
            unit: Unit::Kernel,
            functions: vec![reset, attack, end("done", 0), end("caught", CAUGHT as u16), exit],
            constants: vec![words("vectors", &vectors, 128), words("processes", &regions, 4)],
        },
        memory: 72,
        stack: 256,
    }
}

/// A kernel table of words that the plan decides.
pub fn words(name: &'static str, targets: &[Symbol], align: u32) -> Constant {
    let relocations = targets.iter().enumerate().map(|(index, &target)| Relocation {
        offset: 4 * index as u32,
        kind: RelocationKind::Abs32,
        target,
        addend: 0,
    });
    Constant {
        symbol: Symbol::KernelTable(name),
        bytes: vec![0; 4 * targets.len()],
        align,
        relocations: relocations.collect(),
    }
}

pub fn halves(code: &[u16]) -> Vec<u8> {
    code.iter().flat_map(|half| half.to_le_bytes()).collect()
}

/// A helper, to be called by [`Call::Direct`].
pub fn runtime(function: RuntimeFunction, frame: u32) -> Object {
    let body = self::function(Unit::Runtime, 0, frame, &[]);
    let symbol = Symbol::Runtime(function);
    let functions = vec![Function { symbol, name: function.name().to_string(), ..body }];
    Object { unit: Unit::Runtime, functions, constants: Vec::new() }
}

/// Three processes, one with two components, one component with two memories.
pub const HUB: &str = r#"
system "hub" {
    board "mps2-an386"
    component "sampler" "sampler.wasm" {
        memory budget=(KiB)24
        memory "scratch" budget=(B)1000
        stack (KiB)2
    }
    component "logger" "logger.wasm" { memory budget=(KiB)16; mmio "timer0" }
    process "control" {
        component "filter" "filter.wasm" { memory budget=(B)7777 }
        component "law" "law.wasm" { memory budget=(KiB)8 }
    }
}
"#;

impl Fixture {
    /// With a lock file, which must be right.
    pub fn plan_after(&self, lock: &str) -> Plan {
        let mut sources = Sources::new();
        let id = sources.add("system.lock.kdl", "", lock);
        let (lock, found) = compose::lock::read(&sources, id);
        assert!(found.list.is_empty(), "{found:?}");
        let (plan, found) = plan::place(&self.system(), &self.objects(), &self.kernel(), lock.as_ref());
        assert!(found.list.is_empty(), "{found:?}");
        plan.expect("without an error there is a plan")
    }
}
