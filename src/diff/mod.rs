//! Stage 9: two systems -> [`Diff`]: who may reach what, where things are, and what it takes.
//!
//! A side is a region table, as it is in an image or comes from a manifest, or a lock file, which knows places and
//! regions only. Order and numbers never count: things are matched by name, so that a component that moves to another
//! place in the manifest is no difference.

mod authority;
mod cost;
mod facts;
mod layout;
mod lock;
mod markdown;
mod model;
mod text;
mod view;

pub use facts::Facts;
pub use markdown::markdown;
pub use model::*;
pub use text::text;

/// What differs. Of a system and itself, nothing does.
pub fn compare(old: &Facts, new: &Facts) -> Diff {
    let several = facts::several_memories(old, new);
    let comparable = !old.lock && !new.lock;
    let mut diff = Diff {
        version: VERSION,
        same: false,
        old: old.side.clone(),
        new: new.side.clone(),
        authority: comparable.then(|| authority::compare(old, new, &several)),
        layout: layout::compare(old, new, &several),
        cost: comparable.then(|| cost::compare(old, new)),
        contents_differ: old.digest.zip(new.digest).map(|(old, new)| old != new),
    };
    // A lock file has no version of the system.
    let version = |side: &Side| side.system_version.clone().filter(|_| comparable);
    let named = |side: &Side| Side { source: String::new(), system_version: version(side), ..side.clone() };
    diff.same = [Group::Authority, Group::Layout, Group::Cost].iter().all(|&group| diff.differs(group) != Some(true))
        && diff.contents_differ != Some(true)
        && named(&diff.old) == named(&diff.new);
    diff
}

/// Old and new of everything that either side has, in order.
fn both<'a, K: Ord, V>(
    old: &'a std::collections::BTreeMap<K, V>,
    new: &'a std::collections::BTreeMap<K, V>,
) -> impl Iterator<Item = (&'a K, Option<&'a V>, Option<&'a V>)> {
    let keys: std::collections::BTreeSet<&K> = old.keys().chain(new.keys()).collect();
    keys.into_iter().map(|key| (key, old.get(key), new.get(key)))
}
