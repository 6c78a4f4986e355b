//! Changes of the manifest that would help. Each is tried: stated as another problem, and solved.

use super::conflict::{Member, least};
use super::{wish, wishers};
use crate::diag::{Edit, Fix, Part};
use crate::link::System;
use crate::manifest::{ComponentId, ProcessId, Stack};
use crate::plan::demand::{Asked, Demands, Tweak, Wisher, memory_node};
use crate::plan::solve::solve;
use crate::plan::{Owner, SectionKind, StackBound};
use crate::source::Span;

/// Steps for one trial. What is found within them, a build finds too.
const STEPS: u64 = 300_000;
/// How many fixes are shown.
const SHOWN: usize = 4;
/// How many of a kind are tried, those that promise most first.
const TRIED: usize = 8;

fn works(asked: &Asked, tweak: &Tweak) -> bool {
    let mut demands = asked.tweaked(tweak);
    demands.problem.steps = STEPS;
    solve(&demands.problem).is_ok()
}

/// A fix and what it costs: a rank for what is given up, and bytes.
type Priced = ((u8, u64), Fix);

fn cheapest(mut fixes: Vec<Priced>) -> Vec<Fix> {
    fixes.sort_by(|(a, x), (b, y)| (a, &x.title).cmp(&(b, &y.title)));
    fixes.into_iter().map(|(_, fix)| fix).take(SHOWN).collect()
}

/// For extents that do not fit.
pub fn for_memory(asked: &Asked, demands: &Demands, members: &[Member]) -> Vec<Fix> {
    let mut fixes = wishes(asked, demands, members);
    fixes.extend(stacks(asked, demands, members));
    fixes.extend(budgets(asked, demands, members));
    fixes.extend(over_grants(asked, demands, members.iter().map(|member| member.demand)));
    fixes.extend(merges(asked, demands, members));
    if fixes.is_empty() {
        fixes.extend(all_budgets(asked, demands, members));
    }
    cheapest(fixes)
}

/// For a demand with too few entries.
pub fn for_entries(asked: &Asked, demands: &Demands, demand: usize) -> Vec<Fix> {
    let extents = demands.processes[demand].extents.len();
    let members: Vec<Member> = (0..extents).map(|extent| Member { demand, extent }).collect();
    let mut fixes = over_grants(asked, demands, [demand].into_iter());
    fixes.extend(wishes(asked, demands, &members));
    fixes.extend(neighbours(asked, demands, demand));
    let others = (0..demands.processes.len()).filter(|&other| other != demand).map(|other| [demand, other]);
    fixes.extend(others.flat_map(|pair| merge(asked, demands, pair)));
    cheapest(fixes)
}

/// As the manifest writes a size.
fn size_text(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    match bytes {
        MIB.. if bytes.is_multiple_of(MIB) => format!("(MiB){}", bytes / MIB),
        1024.. if bytes.is_multiple_of(1024) => format!("(KiB){}", bytes / 1024),
        _ => format!("(B){bytes}"),
    }
}

/// Without a wish for a bank.
fn wishes(asked: &Asked, demands: &Demands, members: &[Member]) -> Vec<Priced> {
    let system = asked.system;
    let mut fixes = Vec::new();
    for wisher in wishers(demands, members).into_iter().take(4 * TRIED) {
        let Some((span, wished)) = wish(system, wisher) else { continue };
        let tweak = Tweak { wish: Some((wisher, None)), ..Tweak::default() };
        if !works(asked, &tweak) {
            continue;
        }
        let what = match wisher {
            Wisher::Memory(component, _) => format!("the memory of `{}`", system.manifest.component(component).name),
            Wisher::Stack(process) => format!("the stack of `{}`", system.manifest.process(process).name),
        };
        let mut fix = Fix::new(format!("let {what} be in any bank: remove `in={wished:?}`"));
        for span in spans_of_wish(system, wisher, span) {
            // With the space before it.
            fix = fix.replace(Span { start: span.start - 1, ..span }, "");
        }
        fixes.push(((0, 0), fix));
    }
    fixes
}

/// A stack's wish may be written at several components.
fn spans_of_wish(system: &System, wisher: Wisher, span: Span) -> Vec<Span> {
    let Wisher::Stack(process) = wisher else { return vec![span] };
    let components = system.manifest.process(process).components.iter();
    components.filter_map(|&id| system.manifest.component(id).stack_in.as_ref()).map(|wish| wish.span).collect()
}

/// Stacks that are larger than their bound.
fn stacks(asked: &Asked, demands: &Demands, members: &[Member]) -> Vec<Priced> {
    let system = asked.system;
    let mut fixes = Vec::new();
    for wisher in wishers(demands, members).into_iter().take(4 * TRIED) {
        let Wisher::Stack(process) = wisher else { continue };
        let stack = &asked.stacks[process.0 as usize];
        let StackBound::Bytes(bound) = stack.bound else { continue };
        let slack = stack.size.saturating_sub(u64::from(bound).next_multiple_of(8));
        let explicit = system.manifest.process(process).components.iter().filter_map(|&id| {
            let written = system.manifest.component(id).stack?;
            let Stack::Bytes(bytes) = written.value else { return None };
            Some((id, written.span, u64::from(bytes)))
        });
        // The largest one gives way.
        let Some((component, span, bytes)) = explicit.max_by_key(|(id, _, bytes)| (*bytes, std::cmp::Reverse(id.0)))
        else {
            continue;
        };
        let tweak = |less: u64| Tweak { stack: Some((process, stack.size - less)), ..Tweak::default() };
        let most = slack.min(bytes.saturating_sub(8)) / 8;
        let Some(less) = least(most, |eights| works(asked, &tweak(8 * eights))).map(|eights| 8 * eights) else {
            continue;
        };
        let (name, smaller) = (&system.manifest.component(component).name, size_text(bytes - less));
        let fix = Fix::new(format!(
            "make the stack of `{name}` {less} bytes smaller: `stack {smaller}`; {bound} are used at most"
        ));
        fixes.push(((1, less), fix.replace(span, smaller)));
    }
    fixes
}

/// Memories of the members whose budget is written: component, index, budget, the least it can be, and where it is.
fn written_budgets(asked: &Asked, demands: &Demands, members: &[Member]) -> Vec<(ComponentId, u32, u64, u64, Span)> {
    let system = asked.system;
    let parts = members.iter().flat_map(|member| &demands.processes[member.demand].extents[member.extent].parts);
    let memories = parts.filter_map(|part| match (part.owner, part.kind) {
        (Owner::Component(id), SectionKind::Memory { index }) => {
            let node = memory_node(system, id, index)?;
            let least = system.components[id.0 as usize].memories[index as usize].least;
            Some((id, index, u64::from(node.budget.value), u64::from(least), node.budget.span))
        }
        _ => None,
    });
    memories.collect()
}

fn budgets(asked: &Asked, demands: &Demands, members: &[Member]) -> Vec<Priced> {
    let system = asked.system;
    let mut fixes = Vec::new();
    let mut memories = written_budgets(asked, demands, members);
    memories.sort_by_key(|(.., budget, least, _)| std::cmp::Reverse(budget - least.min(budget)));
    for (component, index, budget, least_budget, span) in memories.into_iter().take(TRIED) {
        let tweak = |less: u64| Tweak { budgets: vec![(component, index, budget - less)], ..Tweak::default() };
        let Some(less) = least(budget.saturating_sub(least_budget), |less| works(asked, &tweak(less))) else {
            continue;
        };
        // A round number, if it does not go below what is needed.
        let smaller = [1024, 32, 8].map(|round| (budget - less) / round * round).into_iter();
        let smaller = smaller.filter(|&smaller| smaller >= least_budget && budget - less - smaller < 64).max();
        let smaller = smaller.unwrap_or(budget - less).max(1);
        let (name, text) = (memory_name(system, component, index), size_text(smaller));
        let fix = Fix::new(format!("make the budget of {name} {} bytes smaller: `budget={text}`", budget - smaller));
        fixes.push(((2, budget - smaller), fix.replace(span, format!("budget={text}"))));
    }
    fixes
}

fn memory_name(system: &System, component: ComponentId, index: u32) -> String {
    let name = &system.manifest.component(component).name;
    match index {
        0 => format!("`{name}`"),
        _ => format!("memory `{}` of `{name}`", system.components[component.0 as usize].memories[index as usize].name),
    }
}

/// Several budgets smaller at once: each as far as it can be, the one with most to spare first, and of the last one no
/// more than must be.
fn all_budgets(asked: &Asked, demands: &Demands, members: &[Member]) -> Option<Priced> {
    let system = asked.system;
    let mut memories = written_budgets(asked, demands, members);
    memories.retain(|(_, _, budget, least, _)| budget > least);
    memories
        .sort_by_key(|(component, index, budget, least, _)| (std::cmp::Reverse(budget - least), component.0, *index));
    let mut budgets: Vec<(ComponentId, u32, u64)> = Vec::new();
    let mut edits: Vec<(Span, u64, u64)> = Vec::new();
    for (component, index, budget, least_budget, span) in memories {
        let with = |less: u64| {
            let budgets = budgets.iter().copied().chain([(component, index, budget - less)]).collect();
            Tweak { budgets, ..Tweak::default() }
        };
        let enough = least(budget - least_budget, |less| works(asked, &with(less)));
        let smaller = budget - enough.unwrap_or(budget - least_budget);
        budgets.push((component, index, smaller));
        edits.push((span, budget, smaller));
        if enough.is_none() {
            continue;
        }
        let total: u64 = edits.iter().map(|(_, budget, smaller)| budget - smaller).sum();
        let list: Vec<String> = budgets
            .iter()
            .map(|(component, index, smaller)| {
                format!("{} `budget={}`", memory_name(system, *component, *index), size_text(*smaller))
            })
            .collect();
        let mut fix = Fix::new(format!("make budgets {total} bytes smaller in all: {}", list.join(", ")));
        for (span, _, smaller) in edits {
            fix = fix.replace(span, format!("budget={}", size_text(smaller)));
        }
        return Some(((3, total), fix));
    }
    None
}

/// Fewer entries for devices, at the price of addresses between them.
fn over_grants(asked: &Asked, demands: &Demands, of: impl Iterator<Item = usize>) -> Vec<Priced> {
    let manifest = asked.system.manifest;
    let Some((place, there)) = manifest.policy.place else { return Vec::new() };
    let current = manifest.policy.over_grant.map_or(0, |limit| u64::from(limit.value));
    let mut amounts: Vec<u64> = of
        .flat_map(|demand| {
            let wanted = &demands.problem.demands[demand];
            let options = demands.problem.model.gather(&wanted.devices, &wanted.forbidden, wanted.slots);
            options.into_iter().map(|option| option.over_grant)
        })
        .filter(|&bytes| bytes > current && bytes < 1 << 32)
        .collect();
    amounts.sort_unstable();
    amounts.dedup();
    let enough = |&bytes: &u64| works(asked, &Tweak { over_grant: Some(bytes), ..Tweak::default() });
    let Some(bytes) = amounts.into_iter().find(enough) else { return Vec::new() };
    let limit = format!("over-grant {}", size_text(bytes));
    let fix = Fix::new(format!(
        "let regions grant {bytes} bytes beyond devices, where the board names nothing: `policy {{ {limit} }}`"
    ));
    let fix = match manifest.policy.over_grant {
        Some(written) => fix.replace(written.span, size_text(bytes)),
        None if there => fix.insert(place, format!("; {limit}")),
        None => fix.insert(place, format!("\n    policy {{ {limit} }}")),
    };
    vec![((4, bytes), fix)]
}

/// One more device, which is in the way and nobody's.
fn neighbours(asked: &Asked, demands: &Demands, demand: usize) -> Vec<Priced> {
    let system = asked.system;
    let process = demands.processes[demand].process;
    let all = (0..system.manifest.processes.len()).map(|index| ProcessId(index as u32));
    let taken: Vec<usize> = all.flat_map(|process| system.devices(process)).map(|(index, _)| index).collect();
    let components = system.manifest.process(process).components.iter().map(|&id| system.manifest.component(id));
    let Some(last) = components.filter_map(|component| component.devices.last()).next_back() else { return Vec::new() };
    let peripherals = &system.board.peripherals;
    let kernels = |index: usize| system.board.console.as_ref().is_some_and(|c| c.peripheral == peripherals[index].name);
    let free = (0..peripherals.len()).filter(|&index| !taken.contains(&index) && !kernels(index));
    let helps = |&index: &usize| works(asked, &Tweak { device: Some((process, index)), ..Tweak::default() });
    let fixes = free.filter(helps).map(|index| {
        let peripheral = &peripherals[index];
        let (name, size) = (&peripheral.name, u64::from(peripheral.size));
        let process = &system.manifest.process(process).name;
        let title = format!("let `{process}` have `{name}` too, {size} bytes that no one else has: `mmio {name:?}`");
        ((4, size), Fix::new(title).insert(last.span, format!("; mmio {name:?}")))
    });
    fixes.collect()
}

/// Two of the members' processes as one.
fn merges(asked: &Asked, demands: &Demands, members: &[Member]) -> Vec<Priced> {
    let mut processes: Vec<usize> = members.iter().map(|member| member.demand).collect();
    processes.dedup();
    let bytes = |demand: usize| demands.processes[demand].extents.iter().map(|parts| parts.size).sum::<u64>();
    processes.sort_by_key(|&demand| bytes(demand));
    processes.truncate(TRIED);
    processes.sort_unstable();
    let pairs = processes.iter().enumerate().flat_map(|(position, &first)| {
        processes[position + 1..].iter().map(move |&second| [first, second]).collect::<Vec<_>>()
    });
    pairs.filter_map(|pair| merge(asked, demands, pair)).collect()
}

/// Two processes as one: their memory is one run, with one set of pieces.
fn merge(asked: &Asked, demands: &Demands, both: [usize; 2]) -> Option<Priced> {
    let system = asked.system;
    let pair = both.map(|demand| demands.processes[demand].process);
    let fix = merged(system, pair)?;
    if !works(asked, &Tweak { merge: Some((pair[0], pair[1])), ..Tweak::default() }) {
        return None;
    }
    let bytes: u64 = both.iter().flat_map(|&demand| &demands.processes[demand].extents).map(|parts| parts.size).sum();
    let [a, b] = pair.map(|process| system.manifest.process(process).name.value.as_str());
    let title =
        format!("put `{a}` and `{b}` into one process; each may then access the other's memory, {bytes} bytes in all");
    Some(((5, bytes), Fix { title, ..fix }))
}

/// The edits that make one process of two: of two components outside any, or of a process and a component.
fn merged(system: &System, pair: [ProcessId; 2]) -> Option<Fix> {
    let manifest = system.manifest;
    let nodes = pair.map(|process| manifest.process(process));
    let is_lone = |index: usize| {
        let component = manifest.component(*nodes[index].components.first()?);
        (component.whole == nodes[index].whole).then_some(component)
    };
    let wishes = pair.map(|process| wish(system, Wisher::Stack(process)).map(|(_, wish)| wish));
    let one_wish = wishes[0] == wishes[1] || wishes.contains(&None);
    let traps = nodes.iter().any(|node| node.on_trap.is_some());
    if !one_wish || traps {
        return None;
    }
    let text = |text: &str| Part::Text(text.to_string());
    let gone = |span: Span| Edit { span, parts: Vec::new() };
    let edits = match (is_lone(0), is_lone(1)) {
        (Some(first), Some(second)) => {
            let name = format!("{}-{}", first.name.value, second.name.value);
            let taken = manifest.processes.iter().any(|process| process.name.value == name) || name.len() > 64;
            if taken {
                return None;
            }
            let parts = vec![
                Part::Text(format!("process {name:?} {{\n        ")),
                Part::Copy(first.whole),
                text("\n        "),
                Part::Copy(second.whole),
                text("\n    }"),
            ];
            vec![Edit { span: first.whole, parts }, gone(second.whole)]
        }
        (Some(lone), None) | (None, Some(lone)) => {
            let other = if is_lone(0).is_some() { nodes[1] } else { nodes[0] };
            let last = manifest.component(*other.components.last()?).whole;
            let place = Span { start: last.end, ..last };
            vec![Edit { span: place, parts: vec![text("\n        "), Part::Copy(lone.whole)] }, gone(lone.whole)]
        }
        (None, None) => return None,
    };
    Some(Fix { title: String::new(), edits })
}
