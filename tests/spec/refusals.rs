//! What must be refused, on the host: invalid and malformed modules, imports that do not fit, and the imports that keep
//! an instance out of all images. And what must not be.

use crate::judge::Verdict;
use crate::script::{self, Instance, Judged, Judgement, Script};
use crate::system::{Refused, System};
use compose::manifest::Bounds;
use std::collections::BTreeSet;

/// For each module of the script that is not run.
pub fn run(script: &Script) -> Vec<Verdict> {
    script.modules.iter().map(|module| check(script, module)).collect()
}

fn check(script: &Script, module: &Judged) -> Verdict {
    let accepted = match module.kind {
        Judgement::Valid => {
            return match script::ingest(&module.bytes) {
                Ok(_) => Verdict::Passed,
                Err(error) => Verdict::Failed(format!("refused: {error}")),
            };
        }
        Judgement::Invalid | Judgement::Malformed => script::ingest(&module.bytes).is_ok(),
        Judgement::Unlinkable => match link(script, &Instance::unlinkable(module)) {
            Ok(()) => true,
            Err(refused) if refused.errors.iter().all(|(code, _)| code.starts_with("link::")) => false,
            Err(refused) => return Verdict::Failed(format!("refused for another reason: {refused}")),
        },
    };
    match accepted {
        true => Verdict::Failed(format!("accepted, must be refused: {}", module.message)),
        false => Verdict::Passed,
    }
}

/// Instances are excluded for imports that the linker refuses by name. If it does not, what it says.
pub fn unfounded(script: &Script) -> Vec<String> {
    let excluded = script.instances.iter().filter(|instance| instance.imports_excluded);
    let refused = |instance: &Instance| match link(script, instance) {
        Ok(()) => Err("is linked".to_owned()),
        Err(refused) if refused.any_is("link::import-kind") || refused.any_is("link::reference-crosses") => Ok(()),
        Err(refused) => Err(format!("is refused for another reason: {refused}")),
    };
    excluded
        .filter_map(|instance| {
            let what = refused(instance).err()?;
            Some(format!("line {}: is excluded, and {what}", instance.line))
        })
        .collect()
}

/// Builds an image of one more instance and those that it imports from.
fn link(script: &Script, instance: &Instance) -> Result<(), Refused> {
    let module = match &instance.module {
        Ok(module) => module,
        Err(error) => return Err(Refused { errors: vec![("ingest", error.clone())] }),
    };
    let mut instance = instance.clone();
    instance.links.retain(|&(_, to)| script.instances[to].excluded.is_none());
    let mut needed = BTreeSet::new();
    let mut next: Vec<usize> = instance.links.iter().map(|&(_, to)| to).collect();
    while let Some(index) = next.pop() {
        if needed.insert(index) {
            next.extend(script.instances[index].links.iter().map(|&(_, to)| to));
        }
    }
    let mut system = System::new();
    system.open_process("p");
    for index in needed {
        let needed = &script.instances[index];
        system.instance(index, needed, needed.module.as_ref().expect("it is not excluded"), Bounds::Software);
    }
    system.instance(script.instances.len(), &instance, module, Bounds::Software);
    system.close_process();
    system.build("mps2-an386").map(|_| ())
}
