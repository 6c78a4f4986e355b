//! Where things are, what that costs, and what is said when they do not fit.

use crate::family::family::Random;
use crate::fixture::Attack;
use crate::fixture::{Fixture, HUB, function, kernel, runtime, words};
use compose::codegen::{Call, Constant, Function, Object, Relocation, RelocationKind, RuntimeFunction, Symbol};
use compose::diag::{Diagnostic, Diagnostics, Severity};
use compose::ingest::Unit;
use compose::kernel::STACK_RESERVE;
use compose::link::FuncRef;
use compose::manifest::{ComponentId, ProcessId};
use compose::plan::{Plan, SectionKind, StackBound, place};
use compose::verify;

/// Name, base and size of everything in RAM.
fn ram(plan: &Plan) -> Vec<(String, u32, u32)> {
    let sections = plan.sections.iter().filter(|section| !section.kind.in_flash());
    sections.map(|section| (section.name.clone(), section.base, section.size)).collect()
}

#[test]
fn a_process_is_its_stack_then_each_component_s_instance_data_and_memories() {
    let plan = Fixture::new(HUB).plan();
    let names: Vec<_> = ram(&plan).into_iter().map(|(name, ..)| name).collect();
    let position = |name: &str| names.iter().position(|other| other == name).unwrap_or_else(|| panic!("no {name}"));
    assert_eq!(names[..2], [".kernel.stack", ".kernel.memory"]);
    for run in [
        &[".stack.sampler", ".instance.sampler", ".memory.sampler", ".memory.sampler:scratch"][..],
        &[".stack.logger", ".instance.logger", ".memory.logger"],
        &[".stack.control", ".instance.filter", ".memory.filter", ".instance.law", ".memory.law"],
    ] {
        let start = position(run[0]);
        assert_eq!(names[start..start + run.len()], *run);
    }
    for (index, component) in [0, 1, 2, 3].map(ComponentId).into_iter().enumerate() {
        let home = plan.symbols[&Symbol::HomeBase(component)];
        assert_eq!(home, plan.symbols[&Symbol::Memory { component, index: 0 }]);
        assert_eq!(home % 8, 0);
        let name = ["sampler", "logger", "filter", "law"][index];
        let (_, base, size) = ram(&plan)[position(&format!(".instance.{name}"))].clone();
        assert_eq!(base + size, home, "instance data ends where the home memory begins");
    }
    let process = &plan.processes[0];
    assert_eq!(plan.symbols[&Symbol::StackBase(ProcessId(0))], process.stack_base);
    assert_eq!(plan.symbols[&Symbol::StackTop(ProcessId(0))], process.stack_base + process.stack_size);
    assert_eq!(process.stack_size, 2048);
    assert_eq!(plan.symbols[&Symbol::RamStart(0)], 0x2000_0000);
    assert_eq!(plan.symbols[&Symbol::RamEnd(0)], 0x2000_0000 + plan.ram[0].used.next_multiple_of(8));
}

#[test]
fn the_vector_table_is_first_then_code_then_constants() {
    let plan = Fixture::new(HUB).plan();
    let flash: Vec<_> = plan.sections.iter().filter(|section| section.kind.in_flash()).collect();
    assert_eq!((flash[0].kind, flash[0].base), (SectionKind::Vectors, 0));
    let names: Vec<_> = flash.iter().map(|section| section.name.as_str()).collect();
    let code = [".text.kernel", ".text.filter", ".text.law", ".text.logger", ".text.sampler"];
    assert_eq!(names, [&[".vectors"], &code[..], &[".rodata.kernel"]].concat());
}

#[test]
fn what_nothing_reaches_is_left_out() {
    let fixture = Fixture::new(HUB);
    let mut objects = fixture.objects();
    let unit = Unit::Component(ComponentId(1));
    objects[1].functions.push(function(unit, 1, 8, &[]));
    objects.push(runtime(RuntimeFunction::MemoryCopy, 8));
    let (plan, found) = fixture.place_with(&objects);
    assert!(found.list.is_empty(), "{found:?}");
    let plan = plan.unwrap();
    assert!(plan.symbols.contains_key(&Symbol::Function { unit, index: 0 }));
    assert!(!plan.symbols.contains_key(&Symbol::Function { unit, index: 1 }));
    assert!(!plan.symbols.contains_key(&Symbol::Runtime(RuntimeFunction::MemoryCopy)));
    assert!(!plan.sections.iter().any(|section| section.name == ".text.runtime"));
}

/// Trap of another allocator: another order of the manifest, another layout. Here it is the same in RAM and in flash, and
/// so is the lock file.
#[test]
fn the_order_of_the_manifest_moves_nothing() {
    for seed in 0..30 {
        let mut random = Random::new(seed);
        let mut parts: Vec<String> = Vec::new();
        for index in 0..2 + random.below(7) {
            let component = |name: String, budget: u64, more: &str| {
                format!("component {name:?} \"c.wasm\" {{ memory budget=(B){budget}; stack (B)640{more} }}\n")
            };
            // Some of equal size; some in a process of two; some with devices that others have too.
            let budget = [random.size(3000), 3072][random.below(2) as usize];
            let device = ["", "; mmio \"timer0\" shared=#true"][random.below(2) as usize];
            parts.push(match random.below(3) {
                0 => {
                    let two = [0, 1].map(|n| component(format!("{index}-{n}"), budget, ""));
                    format!("process \"p{index}\" {{\n{}{}}}\n", two[0], two[1])
                }
                _ => component(format!("c{index}"), budget, device),
            });
        }
        let layout = |parts: &[String]| {
            let plan = Fixture::new(&format!("system \"s\" {{\nboard \"mps2-an386\"\n{}}}", parts.concat())).plan();
            let places = plan.sections.iter().map(|section| (section.name.clone(), section.base, section.size));
            (places.collect::<Vec<_>>(), plan.lock)
        };
        let first = layout(&parts);
        for _ in 0..3 {
            for index in (1..parts.len()).rev() {
                parts.swap(index, random.below(index as u64 + 1) as usize);
            }
            assert_eq!(layout(&parts), first, "seed {seed}");
        }
    }
}

#[test]
fn little_is_wasted() {
    let plan = Fixture::new(HUB).plan();
    let waste = plan.waste;
    assert_eq!(waste.asked, plan.processes.iter().map(|process| process.waste.asked).sum::<u32>());
    assert!(waste.total() * 200 < waste.asked, "more than 0.5 %: {waste} of {}", waste.asked);
    for process in &plan.processes {
        let granted = (process.extents[0].granted.end - process.extents[0].granted.start) as u32;
        assert_eq!(granted, process.waste.asked + process.waste.padding + process.waste.rounding);
    }
}

/// Whatever is placed, an image of it passes verification.
#[test]
fn every_plan_makes_an_image_that_verifies() {
    arbtest::arbtest(|u| {
        let mut text = "system \"any\" {\nboard \"mps2-an385\"\n".to_string();
        let count = u.int_in_range(1..=6)?;
        for index in 0..count {
            let shift = u.int_in_range(3..=19)?;
            let budget = u.int_in_range(1..=1u32 << shift)?;
            let stack = u.int_in_range(256..=5000)?;
            text += &format!("component \"c{index}\" \"c.wasm\" {{ memory budget=(B){budget}; stack (B){stack} }}\n");
        }
        let mut fixture = Fixture::new(&(text + "}\n"));
        fixture.instance = 2 * u.int_in_range(0..=20)?;
        let verdict = verify::check(&fixture.image().elf);
        assert!(verdict.passed(), "{verdict}");
        Ok(())
    })
    .budget_ms(2000);
}

/// The one diagnostic with this code.
fn only<'a>(found: &'a Diagnostics, code: &str) -> &'a Diagnostic {
    match found.list.as_slice() {
        [diagnostic] if diagnostic.code.id == code => diagnostic,
        other => panic!("not exactly one `{code}`: {other:#?}"),
    }
}

/// The text that a label points at.
fn at<'a>(text: &'a str, diagnostic: &Diagnostic, label: usize) -> &'a str {
    let span = diagnostic.labels[label].span;
    &text[span.start as usize..span.end as usize]
}

#[test]
fn too_little_ram_names_who_asks_for_it_and_what_is_missing() {
    let text = HUB.replace("(KiB)24", "(KiB)4000").replace("(KiB)16", "(KiB)1000");
    let mut fixture = Fixture::new(&text);
    fixture.board.banks.truncate(2);
    let (plan, found) = fixture.place();
    assert!(plan.is_none());
    let diagnostic = only(&found, "plan::ram-too-small");
    let needed = 4_000 * 1024 + 1_000 * 1024;
    let (who, missing) = diagnostic.message.split_once(": ").unwrap();
    assert_eq!(who, "`logger` and `sampler` do not fit into `ssram23` together");
    let missing = missing.split(' ').next().unwrap();
    assert!((needed - 4_194_304..needed - 4_194_304 + 30_000).contains(&missing.parse().unwrap()));
    assert!(at(&text, diagnostic, 0).contains("(KiB)4000"));
    assert!(at(&text, diagnostic, 1).contains("(KiB)1000"));
    assert!(!diagnostic.fixes.is_empty());
}

#[test]
fn ram_that_is_just_enough_is_enough() {
    // All that is left of 4 MiB beside the kernel (256 + 72 bytes) and the stack, in whole granules, without instance data.
    let rest = 4 * 1024 * 1024 - 352 - 256;
    let text = |budget: u32| {
        format!(
            "system \"s\" {{ board \"mps2-an386\"\ncomponent \"a\" \"a.wasm\" {{ memory budget=(B){budget}; stack (B)256 }} }}"
        )
    };
    let place = |budget| {
        let mut fixture = Fixture::new(&text(budget));
        fixture.instance = 0;
        fixture.board.banks.truncate(2);
        fixture.place()
    };
    let (plan, found) = place(rest);
    assert!(found.list.is_empty(), "{found:?}");
    assert_eq!(plan.unwrap().ram[0].used, 4 * 1024 * 1024);
    assert!(place(rest + 64).0.is_none());
}

#[test]
fn too_little_flash_says_who_has_how_much() {
    let fixture = Fixture::new(HUB);
    let mut objects = fixture.objects();
    objects[1].functions[0].code.resize(5 << 20, 0);
    let (plan, found) = fixture.place_with(&objects);
    assert!(plan.is_none());
    let diagnostic = only(&found, "plan::flash-too-small");
    let logger = diagnostic.labels.iter().find(|label| label.text.starts_with("5242880 bytes of code")).unwrap();
    assert_eq!(&HUB[logger.span.start as usize..logger.span.end as usize], "\"logger\"");
}

#[test]
fn the_policy_limits_waste() {
    let text = HUB.replacen("\n}\n", "\npolicy { max-waste (percent)0 }\n}\n", 1);
    let (plan, found) = Fixture::new(&text).place();
    assert!(plan.is_none());
    let diagnostic = only(&found, "plan::max-waste");
    let plan = Fixture::new(HUB).plan();
    let expected = format!("{} of {} bytes asked for are wasted", plan.waste.total(), plan.waste.asked);
    assert!(diagnostic.message.starts_with(&expected), "{}", diagnostic.message);
    assert!(at(&text, diagnostic, 0).contains("0"));
}

/// Two functions per component: 0 is the job, and calls 1 in the way that the test says.
fn calling(fixture: &Fixture, frame: u32, call: Call, back: &[Call]) -> Vec<Object> {
    let mut objects = fixture.objects();
    let unit = Unit::Component(ComponentId(0));
    let constants = objects[0].constants.clone();
    objects[0] =
        Object { unit, functions: vec![function(unit, 0, 64, &[call]), function(unit, 1, frame, back)], constants };
    objects
}

fn direct(index: u32) -> Call {
    Call::Direct(Symbol::Function { unit: Unit::Component(ComponentId(0)), index })
}

const ONE: &str = r#"system "one" { board "mps2-an386"
component "a" "a.wasm" { memory budget=(KiB)1 } }"#;

#[test]
fn an_automatic_stack_is_the_heaviest_path() {
    let fixture = Fixture::new(ONE);
    let mut objects = calling(&fixture, 200, direct(1), &[Call::Direct(Symbol::Runtime(RuntimeFunction::MemoryFill))]);
    objects.push(runtime(RuntimeFunction::MemoryFill, 32));
    let (plan, found) = fixture.place_with(&objects);
    assert!(found.list.is_empty(), "{found:?}");
    let process = &plan.unwrap().processes[0];
    let bound = 64 + 200 + 32 + STACK_RESERVE;
    assert_eq!(process.stack_bound, StackBound::Bytes(bound));
    assert_eq!(process.stack_size, bound.next_multiple_of(8));
}

/// The functions that the kernel enters are many, and the deepest of them decides, whichever it is.
#[test]
fn the_deepest_entry_decides() {
    for deep in [2, 3] {
        let fixture = Fixture::new(HUB);
        let mut objects = fixture.objects();
        objects[deep].functions[0].frame = 800;
        let (plan, found) = fixture.place_with(&objects);
        assert!(found.list.is_empty(), "{found:?}");
        assert_eq!(plan.unwrap().processes[2].stack_bound, StackBound::Bytes(800 + STACK_RESERVE));
    }
}

/// A descriptor `[type id 7, function 1 of component 0]`, in an object of `unit`.
fn descriptor() -> Constant {
    let unit = Unit::Component(ComponentId(0));
    let target = Symbol::Function { unit, index: 1 };
    Constant {
        symbol: Symbol::Descriptor(Some(FuncRef { unit, index: 1 })),
        bytes: vec![7, 0, 0, 0, 0, 0, 0, 0],
        align: 4,
        relocations: vec![Relocation { offset: 4, kind: RelocationKind::Abs32, target, addend: 0 }],
    }
}

#[test]
fn a_call_by_table_may_reach_any_function_of_its_type() {
    let fixture = Fixture::new(ONE);
    let unit = Unit::Component(ComponentId(0));
    for (type_id, bound) in [(7, 64 + 200), (8, 64)] {
        let mut objects = calling(&fixture, 200, Call::Indirect { unit, type_id }, &[]);
        objects[0].constants.push(descriptor());
        let (plan, found) = fixture.place_with(&objects);
        assert!(found.list.is_empty(), "{found:?}");
        assert_eq!(plan.unwrap().processes[0].stack_bound, StackBound::Bytes(bound + STACK_RESERVE), "type {type_id}");
    }
}

#[test]
fn a_recursion_needs_a_stack_from_the_manifest() {
    let fixture = Fixture::new(ONE);
    let unit = Unit::Component(ComponentId(0));
    for call in [direct(1), Call::Indirect { unit, type_id: 7 }] {
        let mut objects = calling(&fixture, 200, call, &[direct(0)]);
        objects[0].constants.push(descriptor());
        let (plan, found) = fixture.place_with(&objects);
        assert!(plan.is_none());
        let diagnostic = only(&found, "plan::stack-unbounded");
        assert!(diagnostic.message.contains("`a!tick`, `a!f1` call each other in a cycle"), "{}", diagnostic.message);
        assert_eq!(at(ONE, diagnostic, 0), "\"a\"");
        assert!(diagnostic.help.as_ref().unwrap().contains("stack (KiB)"));
    }

    let given = Fixture::new(&ONE.replace("(KiB)1", "(KiB)1; stack (KiB)3"));
    let (plan, found) = given.place_with(&calling(&given, 200, direct(1), &[direct(0)]));
    assert!(found.list.is_empty(), "{found:?}");
    let process = &plan.unwrap().processes[0];
    let cycle = ["a!tick", "a!f1"].map(str::to_string).to_vec();
    assert_eq!((process.stack_size, &process.stack_bound), (3072, &StackBound::Recursive(cycle)));
}

#[test]
fn a_function_that_calls_itself_is_a_cycle() {
    let fixture = Fixture::new(ONE);
    let (_, found) = fixture.place_with(&calling(&fixture, 200, direct(1), &[direct(1)]));
    let diagnostic = only(&found, "plan::stack-unbounded");
    assert!(diagnostic.message.ends_with("`a!f1` calls itself"), "{}", diagnostic.message);
}

#[test]
fn a_stack_below_the_bound_is_a_warning() {
    let text = ONE.replace("(KiB)1", "(KiB)1; stack (B)120");
    let fixture = Fixture::new(&text);
    let (plan, found) = fixture.place();
    assert_eq!(plan.unwrap().processes[0].stack_size, 120);
    let diagnostic = only(&found, "plan::stack-below-bound");
    assert_eq!(diagnostic.severity, Severity::Warning);
    let need = 64 + STACK_RESERVE;
    assert!(diagnostic.message.contains(&format!("may need {need} bytes of stack and gets 120")));
    assert!(diagnostic.help.as_ref().unwrap().contains(&format!("add {} bytes", need - 120)));
}

#[test]
fn a_stack_without_room_for_the_kernel_is_an_error() {
    let text = ONE.replace("(KiB)1", "(KiB)1; stack (B)56");
    let (_, found) = Fixture::new(&text).place();
    let diagnostic = only(&found, "plan::stack-too-small");
    assert_eq!(diagnostic.severity, Severity::Error);
    assert!(diagnostic.help.as_ref().unwrap().contains(&format!("add at least {} bytes", STACK_RESERVE - 56)));
}

#[test]
fn a_deep_chain_of_calls_is_no_deep_recursion_here() {
    let fixture = Fixture::new(ONE);
    let unit = Unit::Component(ComponentId(0));
    let mut objects = fixture.objects();
    let count = 100_000;
    let chain = (0..count).map(|index| function(unit, index, 8, &[direct(index + 1)]));
    objects[0].functions = chain.collect();
    let (plan, found) = fixture.place_with(&objects);
    assert!(found.list.is_empty(), "{found:?}");
    assert_eq!(plan.unwrap().processes[0].stack_bound, StackBound::Bytes(8 * count + STACK_RESERVE));
}

#[test]
fn what_nothing_defines_is_our_bug() {
    let fixture = Fixture::new(ONE);
    let mut kernel = kernel(&fixture, Attack::None);
    kernel.object.constants.push(words("more", &[Symbol::Native("nowhere")], 4));
    kernel.object.constants[0].relocations[2].target = Symbol::KernelTable("more");
    let (plan, found) = place(&fixture.system(), &fixture.objects(), &kernel, None);
    assert!(plan.is_none());
    let diagnostic = only(&found, "plan::internal");
    assert!(diagnostic.message.contains("nowhere"), "{}", diagnostic.message);
}

#[test]
fn tail_calls_take_the_place_of_their_callers() {
    let tail = |frame, of: &[u32], calls: &[Call]| {
        let unit = Unit::Component(ComponentId(0));
        let index = frame / 100;
        let tail_calls = of.iter().map(|&index| direct(index)).collect();
        Function { tail_calls, ..function(unit, index, frame, calls) }
    };
    // 0 calls 1; 1 and 2 call each other in place of returning; 2 calls 3.
    let fixture = Fixture::new(ONE);
    let mut objects = fixture.objects();
    objects[0].functions =
        vec![tail(0, &[], &[direct(1)]), tail(100, &[2], &[]), tail(200, &[1], &[direct(3)]), tail(300, &[], &[])];
    objects[0].functions[0].frame = 40;
    let (plan, found) = fixture.place_with(&objects);
    assert!(found.list.is_empty(), "{found:?}");
    assert_eq!(plan.unwrap().processes[0].stack_bound, StackBound::Bytes(40 + 200 + 300 + STACK_RESERVE));

    // With a call that comes back on the cycle, there is no bound.
    objects[0].functions[2].calls.push(direct(1));
    let (plan, found) = fixture.place_with(&objects);
    assert!(plan.is_none());
    only(&found, "plan::stack-unbounded");
}
