//! What a manifest wishes for and only a board can say: banks, their sizes, and devices.

use super::{Board, PROPERTIES};
use crate::diag::codes::board as code;
use crate::diag::suggest::{listed, nearest};
use crate::diag::{Diagnostic, Diagnostics};
use crate::manifest::{Manifest, Mmio, ProcessId};
use crate::source::Spanned;

pub(super) fn check(board: &Board, manifest: &Manifest, found: &mut Diagnostics) {
    for component in &manifest.components {
        let stack = component.stack_in.iter();
        let mut wishes: Vec<_> = stack.chain(component.memories.iter().filter_map(|m| m.bank.as_ref())).collect();
        wishes.sort_by_key(|wish| wish.span);
        for wish in wishes {
            bank(board, wish, found);
        }
    }
    budgets(board, manifest, found);
    devices(board, manifest, found);
}

fn bank(board: &Board, wish: &Spanned<String>, found: &mut Diagnostics) {
    if !board.allowed(Some(&wish.value)).is_empty() {
        return;
    }
    let names = || board.ram().map(|bank| bank.name.value.as_str());
    if PROPERTIES.contains(&wish.value.as_str()) {
        found.push(
            Diagnostic::error(&code::UNKNOWN_BANK, format!("no RAM bank of `{}` is `{wish}`", board.name))
                .label(wish.span, "wished for here")
                .help(format!("name a bank: {}", listed(names()))),
        );
        return;
    }
    let error = Diagnostic::error(&code::UNKNOWN_BANK, format!("`{}` has no RAM bank `{wish}`", board.name))
        .label(wish.span, "unknown bank");
    found.push(match nearest(wish, names().chain(PROPERTIES)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!("banks are {}; properties are {}", listed(names()), listed(PROPERTIES))),
    });
}

fn budgets(board: &Board, manifest: &Manifest, found: &mut Diagnostics) {
    let banks: Vec<_> = board.ram().collect();
    for memory in manifest.components.iter().flat_map(|c| &c.memories) {
        let wish = memory.bank.as_ref();
        let allowed = board.allowed(wish.map(|wish| wish.value.as_str()));
        let Some(largest) = allowed.into_iter().map(|number| banks[number]).max_by_key(|bank| bank.size) else {
            continue;
        };
        if memory.budget.value <= largest.size {
            continue;
        }
        let error = match wish {
            None => Diagnostic::error(
                &code::BUDGET_TOO_LARGE,
                format!("this budget is larger than any RAM bank of `{}`", board.name),
            )
            .label(memory.budget.span, format!("{} bytes", memory.budget.value))
            .note(format!("the largest is `{}` with {} bytes", largest.name, largest.size))
            .help("make it smaller, or choose another board"),
            Some(wish) => Diagnostic::error(
                &code::BUDGET_TOO_LARGE,
                format!("this budget is larger than the bank `{}` that it wishes for", largest.name),
            )
            .label(memory.budget.span, format!("{} bytes", memory.budget.value))
            .label(wish.span, format!("{} bytes", largest.size))
            .help("make it smaller, or wish for another bank"),
        };
        found.push(error);
    }
}

fn devices(board: &Board, manifest: &Manifest, found: &mut Diagnostics) {
    let mut taken: Vec<(ProcessId, &Mmio)> = Vec::new();
    for component in &manifest.components {
        for mmio in &component.devices {
            let name = &mmio.peripheral;
            if board.peripheral(&name.value).is_none() {
                let names = || board.peripherals.iter().map(|peripheral| peripheral.name.as_str());
                let error = Diagnostic::error(
                    &code::UNKNOWN_PERIPHERAL,
                    format!("`{}` has no peripheral `{name}`", board.name),
                )
                .label(name.span, "unknown peripheral");
                found.push(match nearest(name, names()) {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => error.help(format!("peripherals are {}", listed(names()))),
                });
                continue;
            }
            if board.console.as_ref().is_some_and(|console| console.peripheral == name.value) && !mmio.shared {
                found.push(
                    Diagnostic::error(&code::DEVICE_TAKEN, format!("the kernel prints on `{name}`"))
                        .label(mmio.span, "not for this component alone")
                        .help("share it with the kernel: `shared=#true`"),
                );
            }
            if board.clock.as_ref().is_some_and(|clock| clock.peripheral == name.value) {
                found.push(
                    Diagnostic::error(&code::DEVICE_TAKEN, format!("the kernel tells the time by `{name}`"))
                        .label(mmio.span, "not for components")
                        .help("ask the kernel: `compose::clock`, or `compose:host/clock` in a component"),
                );
            }
            let same = |(_, other): &&(ProcessId, &Mmio)| other.peripheral.value == name.value;
            let first = taken.iter().find(same).copied();
            taken.push((component.process, mmio));
            let Some((_, first)) = first.filter(|(process, _)| *process != component.process) else { continue };
            if first.shared && mmio.shared {
                continue;
            }
            let mut error = Diagnostic::error(&code::DEVICE_TAKEN, format!("two processes ask for `{name}`"))
                .label(mmio.span, if mmio.shared { "would share it" } else { "wants it alone" })
                .label(first.span, if first.shared { "would share it" } else { "wants it alone" })
                .help("let one component have it, put both into one process, or say `shared=#true` in both places");
            if first.shared != mmio.shared {
                error = error.help("say `shared=#true` in both places");
            }
            found.push(error);
        }
    }
}
