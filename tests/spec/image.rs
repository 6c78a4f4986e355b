//! Images of scripts: their instances as components, each beside a driver that makes the calls, and what they say.
//!
//! Instances that import from one another share a process; all others have one of their own. One image holds as many as
//! is quickest. A check is one entry of the `run` list: the driver logs the check's number, calls, and logs the words of
//! the results. A trap is a line of the kernel, after which the process goes on.

use crate::Configuration;
use crate::driver::{Driver, signature};
use crate::emulated;
use crate::judge::{Event, Verdict, is_reason, verdict};
use crate::script::{Check, Instance, Script};
use crate::system::{Refused, System, ram};
use compose::ingest::Module;
use compose::manifest::Bounds;
use std::collections::BTreeMap;
use std::iter::Peekable;

/// Verdicts of the instances (that they are instantiated, or trap as they must) and of the checks, by index; `None` for
/// what is excluded.
pub struct Verdicts {
    pub instances: Vec<Option<Verdict>>,
    pub checks: Vec<Option<Verdict>>,
}

/// Entries of the list of one image, and processes, at most. Placing takes more than linear time.
const MOST_CHECKS: usize = 3000;
const MOST_PROCESSES: usize = 50;

/// Instances of one process.
#[derive(Clone, Debug)]
struct Cluster {
    instances: Vec<usize>,
    checks: Vec<usize>,
    ram: u64,
}

pub fn run(script: &Script, configuration: &Configuration) -> Verdicts {
    let mut verdicts =
        Verdicts { instances: vec![None; script.instances.len()], checks: vec![None; script.checks.len()] };
    let (alone, together): (Vec<Cluster>, Vec<Cluster>) =
        clusters(script).into_iter().partition(|cluster| traps(script, cluster));
    let mut images: Vec<Vec<Cluster>> = alone.into_iter().map(|cluster| vec![cluster]).collect();
    let mut room = (0, 0);
    for cluster in together {
        let full = images.last().is_none_or(|image| image.len() >= MOST_PROCESSES);
        if full || cluster.ram > room.0 || cluster.checks.len() > room.1 {
            images.push(Vec::new());
            // Half of the bank: pieces leave gaps.
            room = (configuration.ram / 2, MOST_CHECKS);
        }
        room.0 = room.0.saturating_sub(cluster.ram);
        room.1 = room.1.saturating_sub(cluster.checks.len());
        images.last_mut().expect("an image").push(cluster);
    }
    for (index, instance) in script.instances.iter().enumerate() {
        if let Err(error) = &instance.module {
            verdicts.instances[index] = Some(Verdict::Failed(error.clone()));
            let checks = script.checks.iter().enumerate().filter(|(_, check)| check.instance == index);
            checks.for_each(|(check, _)| {
                verdicts.checks[check] = Some(Verdict::Failed("of a module that is refused".into()))
            });
        }
    }
    for clusters in images {
        Image { script, configuration, clusters: &clusters }.judge(&mut verdicts);
    }
    verdicts
}

fn traps(script: &Script, cluster: &Cluster) -> bool {
    cluster.instances.iter().any(|&index| script.instances[index].traps.is_some())
}

fn clusters(script: &Script) -> Vec<Cluster> {
    // For each instance the lowest one of its cluster.
    let mut first: Vec<usize> = (0..script.instances.len()).collect();
    for (index, instance) in script.instances.iter().enumerate() {
        for &(_, to) in &instance.links {
            let (from, to) = (first[index], first[to]);
            first.iter_mut().filter(|at| **at == from.max(to)).for_each(|at| *at = from.min(to));
        }
    }
    let mut clusters: BTreeMap<usize, Cluster> = BTreeMap::new();
    for (index, instance) in script.instances.iter().enumerate() {
        let (None, Ok(module)) = (&instance.excluded, &instance.module) else { continue };
        let new = Cluster { instances: Vec::new(), checks: Vec::new(), ram: 0 };
        let cluster = clusters.entry(first[index]).or_insert(new);
        cluster.instances.push(index);
        cluster.ram += ram(module);
    }
    for (index, check) in script.checks.iter().enumerate().filter(|(_, check)| check.excluded.is_none()) {
        // The module of a check may have been refused.
        if let Some(cluster) = clusters.get_mut(&first[check.instance]) {
            cluster.checks.push(index);
        }
    }
    clusters.into_values().collect()
}

#[derive(Clone, Copy)]
struct Image<'a> {
    script: &'a Script,
    configuration: &'a Configuration,
    clusters: &'a [Cluster],
}

impl Image<'_> {
    fn judge(self, verdicts: &mut Verdicts) {
        let product = match self.system().and_then(|system| {
            system.build(self.configuration.board).map_err(|refused| Problem::Refused(Box::new(refused)))
        }) {
            Ok(product) => product,
            Err(Problem::Refused(refused)) => return self.refused(verdicts, &refused),
            Err(Problem::Script(error)) => return self.all(verdicts, &Verdict::Failed(error)),
        };
        let run = match self.configuration.bounds {
            Bounds::Software => emulated::run,
            Bounds::Hardware => emulated::run_hostile,
        };
        match run(&product) {
            Ok(said) => self.said(verdicts, &said.console),
            Err(error) => match self.halves() {
                Some(halves) => halves.into_iter().for_each(|half| half.judge(verdicts)),
                None => self.all(verdicts, &Verdict::Failed(error.message().unwrap_or_default().to_owned())),
            },
        }
    }

    fn system(self) -> Result<System, Problem> {
        let mut system = System::new();
        let mut runs: BTreeMap<usize, String> = BTreeMap::new();
        for (process, cluster) in self.clusters.iter().enumerate() {
            system.open_process(&format!("p{process}"));
            for &index in &cluster.instances {
                let (instance, module) = self.instance(index);
                system.instance(index, instance, module, self.configuration.bounds);
                let mut driver = Driver::new(index, instance, module);
                for &check in cluster.checks.iter().filter(|&&check| self.script.checks[check].instance == index) {
                    let run = driver.run(check, &self.script.checks[check].call).map_err(Problem::Script)?;
                    runs.insert(check, run);
                }
                if let Some(text) = driver.text() {
                    system.component(&format!("d{index}"), text);
                }
            }
            system.close_process();
        }
        runs.values().for_each(|run| system.run(run));
        Ok(system)
    }

    fn said(self, verdicts: &mut Verdicts, console: &str) {
        let mut events = console.lines().map(Event::read).peekable();
        // Before the first check: start functions.
        let mut traps: BTreeMap<String, String> = BTreeMap::new();
        while let Some(Event::Trap { component, reason }) = events.next_if(|e| matches!(e, Event::Trap { .. })) {
            traps.insert(component, reason);
        }
        for index in self.clusters.iter().flat_map(|cluster| cluster.instances.iter().copied()) {
            let verdict = match (&self.script.instances[index].traps, traps.remove(&format!("m{index}"))) {
                (None, None) => Verdict::Passed,
                (Some(phrase), Some(reason)) if is_reason(phrase, &reason) => Verdict::Passed,
                (Some(phrase), other) => Verdict::Failed(format!("must trap for `{phrase}`: {other:?}")),
                (None, Some(reason)) => Verdict::Failed(format!("traps when it is instantiated: {reason}")),
            };
            verdicts.instances[index] = Some(verdict);
        }
        let mut checks: Vec<usize> = self.clusters.iter().flat_map(|cluster| cluster.checks.iter().copied()).collect();
        checks.sort();
        for index in checks {
            verdicts.checks[index] = Some(self.check(index, &mut events));
        }
    }

    fn check(self, index: usize, events: &mut Peekable<impl Iterator<Item = Event>>) -> Verdict {
        if events.next_if_eq(&Event::Number(index as u32)).is_none() {
            let found = events.peek().map_or("the end".to_owned(), |event| format!("{event:?}"));
            return Verdict::Failed(format!("not run: {found}"));
        }
        let check = &self.script.checks[index];
        let mut words = Vec::new();
        for _ in 0..self.result_words(check) {
            let Some(Event::Number(word)) = events.next_if(|event| matches!(event, Event::Number(_))) else { break };
            words.push(word);
        }
        let trap = match events.next_if(|event| matches!(event, Event::Trap { .. })) {
            Some(Event::Trap { reason, .. }) => Some(reason),
            _ => None,
        };
        verdict(check, &words, trap.as_deref(), self.configuration)
    }

    /// The image of an instance that must trap may be refused for what would trap. Otherwise it is found out which of the
    /// clusters is at fault.
    fn refused(self, verdicts: &mut Verdicts, refused: &Refused) {
        if let [cluster] = self.clusters {
            let outside = ["link::data-outside", "link::elements-outside"].iter().any(|code| refused.any_is(code));
            let verdict = match traps(self.script, cluster) && outside {
                true => Verdict::Passed,
                false => Verdict::Failed(refused.to_string()),
            };
            return self.all(verdicts, &verdict);
        }
        self.halves().into_iter().flatten().for_each(|half| half.judge(verdicts));
    }

    /// Two images, to find out which of the clusters is at fault.
    fn halves(self) -> Option<[Self; 2]> {
        let (left, right) = self.clusters.split_at(self.clusters.len() / 2);
        (!left.is_empty()).then(|| [left, right].map(|clusters| Image { clusters, ..self }))
    }

    fn all(self, verdicts: &mut Verdicts, verdict: &Verdict) {
        for cluster in self.clusters {
            cluster.instances.iter().for_each(|&index| verdicts.instances[index] = Some(verdict.clone()));
            cluster.checks.iter().for_each(|&index| verdicts.checks[index] = Some(verdict.clone()));
        }
    }

    fn instance(&self, index: usize) -> (&Instance, &Module) {
        let instance = &self.script.instances[index];
        (instance, instance.module.as_ref().expect("it has been accepted"))
    }

    fn result_words(&self, check: &Check) -> usize {
        let (instance, module) = self.instance(check.instance);
        match signature(instance, module, &check.call) {
            Some(ty) => ty.results.iter().map(|ty| ty.words() as usize).sum(),
            None => 0,
        }
    }
}

enum Problem {
    Refused(Box<Refused>),
    /// The script asks for what is not there.
    Script(String),
}
