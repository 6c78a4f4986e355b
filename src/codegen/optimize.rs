//! CLIF -> optimised CLIF: Cranelift's mid-end (e-graph rewriting, value numbering, code motion, redundant loads).
//!
//! The only file that drives Cranelift. Cranelift has no back end for 32-bit Arm or RV32; its `pulley32` target lends
//! the pointer width and the byte order, and nothing of it reaches the code. This goes through an interface that is
//! public "for testing", so a change of version is tried here first.

use super::flow::resolve_aliases;
use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir;
use cranelift_codegen::isa::{self, OwnedTargetIsa, TargetFrontendConfig};
use cranelift_codegen::settings::{self, Configurable};
use std::sync::LazyLock;

static HOST: LazyLock<OwnedTargetIsa> = LazyLock::new(|| {
    let mut flags = settings::builder();
    flags.set("opt_level", "speed").expect("a known setting");
    flags.set("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }).expect("a known setting");
    let builder = isa::lookup_by_name("pulley32").expect("the feature is on");
    builder.finish(settings::Flags::new(flags)).expect("pulley32 takes any flags")
});

/// What the SSA builder wants to know of the target.
pub(super) fn frontend_config() -> TargetFrontendConfig {
    HOST.frontend_config()
}

/// Checks CLIF that was changed after the mid-end, in debug builds.
pub(super) fn verify(func: &ir::Function) {
    if cfg!(debug_assertions)
        && let Err(errors) = cranelift_codegen::verify_function(func, &**HOST)
    {
        panic!("CLIF does not verify: {errors}\n{}", func.display());
    }
}

/// Optimises one function. In debug builds the CLIF is verified before and after.
pub(super) fn function(func: ir::Function) -> ir::Function {
    let mut context = Context::for_function(func);
    if let Err(error) = context.optimize(&**HOST, &mut ControlPlane::default()) {
        let text = context.func.display();
        panic!("translation made CLIF that the mid-end refuses: {error:?}\n{text}");
    }
    resolve_aliases(&mut context.func);
    context.func
}

#[cfg(test)]
mod tests {
    use super::*;
    use cranelift_codegen::cursor::{Cursor, FuncCursor};
    use cranelift_codegen::ir::{InstBuilder, types};

    /// A block without an end.
    #[test]
    #[should_panic(expected = "Verifier")]
    fn wrong_clif_is_refused() {
        let mut func = ir::Function::new();
        let block = func.dfg.make_block();
        func.layout.append_block(block);
        FuncCursor::new(&mut func).at_bottom(block).ins().iconst(types::I32, 1);
        function(func);
    }
}
