//! Random interfaces between two components: equal ones are composed, changed ones refused; and components whose bytes
//! are changed at random end in a diagnostic, never in a panic.

#[path = "components/worlds.rs"]
mod worlds;

use arbtest::arbitrary::Unstructured;
use arbtest::arbtest;
use compose::diag::Diagnostics;
use compose::flatten;
use compose::flatten::compose::{Composed, Scope, outer, providers, wit};
use compose::ingest::component::COMPONENT_FEATURES;
use compose::ingest::{self, ComponentFile, Input, Unit};
use compose::manifest::{self, ComponentId, Manifest};
use compose::source::Sources;
use worlds::Api;

const MANIFEST: &str = r#"
system "random" {
    board "mps2-an386"
    component "a" "a.wasm"
    component "b" "b.wasm"
}
"#;

fn manifest() -> Manifest {
    let mut sources = Sources::new();
    let id = sources.add("system.kdl", "", MANIFEST);
    let (manifest, found) = manifest::read(&sources, id);
    assert!(!found.has_errors(), "{found:?}");
    manifest.expect("a manifest")
}

fn read(name: &str, bytes: &[u8]) -> Option<ComponentFile> {
    match ingest::input(name, Unit::Component(ComponentId(0)), bytes) {
        Ok(Input::Component(file)) => Some(file),
        Ok(Input::Module(_)) | Err(_) => None,
    }
}

/// Composes, and checks what holds of every composition: it is valid, or a check before says why not.
fn compose(manifest: &Manifest, a: &ComponentFile, b: &ComponentFile) -> (Option<Composed>, Diagnostics) {
    let files = [(ComponentId(0), a), (ComponentId(1), b)];
    let (composed, found) = outer(manifest, &files);
    assert_eq!(composed.is_none(), found.has_errors());
    assert!(found.list.iter().all(|diagnostic| diagnostic.code.id != "flatten::composition"), "{:#?}", found.list);
    if let Some(composed) = &composed {
        wasmparser::Validator::new_with_features(COMPONENT_FEATURES).validate_all(&composed.bytes).expect("valid");
    }
    // What is composed is flattened, or refused in words.
    let inputs = vec![Input::Component(a.clone()), Input::Component(b.clone())];
    let (flat, said) = flatten::flatten(manifest, inputs);
    assert_eq!(flat.is_none(), said.has_errors());
    let scope = Scope::new(manifest, &files);
    let (providers, _) = providers(&scope);
    let text = wit::system(&scope, &providers);
    assert!(text.starts_with("package root:system;"));
    (composed, found)
}

#[test]
fn equal_interfaces_are_composed_and_others_refused() {
    let manifest = manifest();
    arbtest(|u| {
        let api = Api::arbitrary(u)?;
        let file = |bytes: Vec<u8>, name| read(name, &bytes).expect("a valid component");
        // Exported in a version that goes with the imported one.
        let a = file(api.importer("@0.2.1"), "a");
        let b = file(api.exporter("@0.2.4"), "b");
        let (composed, found) = compose(&manifest, &a, &b);
        let inputs = vec![Input::Component(a.clone()), Input::Component(b)];
        let (flat, said) = flatten::flatten(&manifest, inputs);
        assert!(flat.is_some(), "{}\n{:#?}", api.wit(""), said.list);
        assert!(composed.is_some(), "{}\n{:#?}", api.wit(""), found.list);
        let changed = api.changed(u)?;
        let (composed, found) = compose(&manifest, &a, &file(changed.exporter("@0.2.4"), "b"));
        assert!(composed.is_none(), "{}\n{}", api.wit(""), changed.wit(""));
        assert!(found.list.iter().all(|diagnostic| diagnostic.code.id == "flatten::type"), "{:#?}", found.list);
        Ok(())
    })
    .budget_ms(1500);
}

#[test]
fn mutated_components_do_not_panic() {
    let manifest = manifest();
    let (mut accepted, mut refused) = (0u32, 0u32);
    arbtest(|u| {
        let api = Api::arbitrary(u)?;
        let (a, b) = (api.importer(""), api.exporter(""));
        for _ in 0..20 {
            let (a, b) = if u.ratio(1, 2)? { (mutate(u, &a)?, b.clone()) } else { (a.clone(), mutate(u, &b)?) };
            match (read("a", &a), read("b", &b)) {
                (Some(a), Some(b)) => {
                    compose(&manifest, &a, &b);
                    accepted += 1;
                }
                _ => refused += 1,
            }
        }
        Ok(())
    })
    .budget_ms(1500);
    // Mutations that are all refused, or all harmless, would test nothing.
    assert!(accepted > 10 && refused > 10, "{accepted} accepted, {refused} refused");
}

fn mutate(u: &mut Unstructured<'_>, seed: &[u8]) -> arbtest::arbitrary::Result<Vec<u8>> {
    let mut bytes = seed.to_vec();
    if u.ratio(1, 16)? {
        bytes.truncate(u.choose_index(seed.len())?);
    }
    for _ in 0..u.int_in_range(1..=3)? {
        if bytes.is_empty() {
            break;
        }
        let at = u.choose_index(bytes.len())?;
        match u.int_in_range(0..=4)? {
            0 => bytes[at] = u.arbitrary()?,
            1 => bytes[at] ^= 1 << u.int_in_range(0..=7)?,
            2 => bytes[at] = bytes[at].wrapping_add(1),
            3 => bytes.insert(at, u.arbitrary()?),
            _ => drop(bytes.remove(at)),
        }
    }
    Ok(bytes)
}
