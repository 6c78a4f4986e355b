//! Which component defines a resource.

use super::{Provider, Providers, Scope};
use crate::ingest::component::{Item, Owner, TypeId};

/// A definition: component (`None`: the kernel) and type.
pub type Origin = (Option<usize>, TypeId);

/// Follows a resource of a component through its imports to the component that defines it; imports do not go in a
/// circle. `None` where an import on the way is not satisfied.
pub fn origin(scope: &Scope<'_>, providers: &Providers, component: usize, resource: TypeId) -> Option<Origin> {
    let (mut component, mut resource) = (component, resource);
    // Each hop leads to a component that comes before: no more hops than components.
    for _ in 0..=scope.files.len() {
        let file = scope.file(component);
        resource = file.definition(resource);
        let def = file.ty(resource);
        let Owner::Import(import) = def.owner else { return Some((Some(component), resource)) };
        let Provider::Component(next, export) = providers[component][import]? else { return None };
        let Item::Interface(interface) = &scope.file(next).exports[export].item else { return None };
        resource = interface.ty(&def.name)?;
        component = next;
    }
    None
}
