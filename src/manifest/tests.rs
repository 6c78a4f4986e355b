use super::*;

const WHOLE: &str = r#"
system "hub" version="1.2.0" {
    board "mps2-an386"
    component "a" "a.wasm" why="reads" {
        memory "scratch" budget=(B)100 grow="deny"
        memory budget=(KiB)24 grow=#true
        arena (KiB)4
        stack auto
        bounds "software"
    }
    process "control" {
        component "b" "b.wasm" { memory budget=(KiB)8; stack (KiB)2 }
        component "c" "c.wasm" { memory budget=(KiB)8 }
    }
    link "a" to="b" interface="demo:log/sink"
    run "a#tick" 1 -2 0xffff_ffff_ffff_ffff
    policy { max-waste (percent)3 }
}
"#;

#[test]
fn a_manifest_with_everything() {
    let mut sources = Sources::new();
    let id = sources.add("system.kdl", "somewhere", WHOLE);
    let (manifest, found) = read(&sources, id);
    assert!(found.list.is_empty(), "{found:?}");
    let m = manifest.expect("a manifest");
    assert_eq!((m.name.value.as_str(), m.board.value.as_str()), ("hub", "mps2-an386"));
    let names: Vec<_> = m.processes.iter().map(|p| (p.name.value.as_str(), p.components.clone())).collect();
    assert_eq!(names, [("a", vec![ComponentId(0)]), ("control", vec![ComponentId(1), ComponentId(2)])]);
    let a = m.component(ComponentId(0));
    assert_eq!((a.process, m.component(ComponentId(2)).process), (ProcessId(0), ProcessId(1)));
    // The memory without a name is the first one, wherever it is written.
    assert_eq!((a.memories[0].name.is_none(), a.memories[0].budget.value), (true, 24 << 10));
    assert_eq!(a.memories[1].grow.map(|g| g.value), Some(Grow::Deny));
    assert_eq!(a.arena.map(|x| x.value), Some(4 << 10));
    assert_eq!(a.stack.map(|s| s.value), Some(Stack::Auto));
    assert_eq!(a.bounds.map(|b| b.value), Some(Bounds::Software));
    assert_eq!(m.component(ComponentId(1)).stack.map(|s| s.value), Some(Stack::Bytes(2 << 10)));
    let args: Vec<i128> = m.runs[0].args.iter().map(|a| a.value).collect();
    assert_eq!(args, [1, -2, i128::from(u64::MAX)]);
    assert_eq!(m.policy.max_waste.map(|w| w.value), Some(3));
    let span = m.links[0].to.span;
    assert_eq!(&WHOLE[span.start as usize..span.end as usize], "to=\"b\"");
}
