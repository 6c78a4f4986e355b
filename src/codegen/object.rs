//! What code generation hands on: bytes and relocations, no addresses.

use crate::ingest::Unit;
use crate::link::{FuncRef, GateId, Party, Refusal};
use crate::manifest::{ComponentId, ProcessId};

/// The code and constants of one unit.
#[derive(Clone, Debug)]
pub struct Object {
    pub unit: Unit,
    pub functions: Vec<Function>,
    pub constants: Vec<Constant>,
}

/// One native function.
#[derive(Clone, Debug)]
pub struct Function {
    pub symbol: Symbol,
    /// For people: `component!name`'s right half.
    pub name: String,
    pub code: Vec<u8>,
    pub relocations: Vec<Relocation>,
    /// Bytes of stack from entry to the deepest point of its own frame, outgoing area included.
    pub frame: u32,
    /// Calls that come back.
    pub calls: Vec<Call>,
    /// Calls that take the place of this function's frame.
    pub tail_calls: Vec<Call>,
    /// (code offset, wasm offset in the module), ascending in code offset. Where each instruction comes from.
    pub lines: Vec<(u32, u32)>,
}

/// An edge of the call graph, for the stack bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Call {
    Direct(Symbol),
    /// Any function of this type id in a table of this unit.
    Indirect {
        unit: Unit,
        type_id: u32,
    },
}

/// Read-only data.
#[derive(Clone, Debug)]
pub struct Constant {
    pub symbol: Symbol,
    pub bytes: Vec<u8>,
    /// Power of two.
    pub align: u32,
    pub relocations: Vec<Relocation>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relocation {
    /// Byte offset of the field.
    pub offset: u32,
    pub kind: RelocationKind,
    pub target: Symbol,
    pub addend: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelocationKind {
    /// 32-bit word: S + A. Function symbols have bit 0 set on Thumb.
    Abs32,
    /// `MOVW; MOVT` pair (8 bytes, same register): S + A (IHI 0044, R_ARM_THM_MOVW_ABS_NC and MOVT_ABS).
    ThumbMovwMovt,
    /// `BL` or `B.W`, imm25: S + A - P (IHI 0044, R_ARM_THM_CALL / JUMP24).
    ThumbCall,
}

/// A name for an address or a word that the plan decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Symbol {
    /// Code of function `index` (the module's function index space) of a unit.
    Function {
        unit: Unit,
        index: u32,
    },
    /// What the kernel enters for function `index` of a component where arenas are reset around the call.
    Entry {
        component: ComponentId,
        index: u32,
    },
    /// A helper of `src/runtime/`.
    Runtime(RuntimeFunction),
    /// Code that the ISA's assembler emits for the kernel, by name (`reset`, `svc_entry`, ...).
    Native(&'static str),
    /// The stub that a caller branches to for a gate.
    Gate(GateId),
    /// The stub that code of `component` branches to for a host function: the kernel learns from the stub whose
    /// memory the arguments mean.
    Host {
        component: ComponentId,
        function: crate::link::HostFunction,
    },
    /// An `[type id, code address]` descriptor; `None` is the null reference.
    Descriptor(Option<FuncRef>),
    /// Table `index` of a unit, in flash.
    Table {
        unit: Unit,
        index: u32,
    },
    /// Passive data or element segment, in flash.
    Data {
        unit: Unit,
        index: u32,
    },
    Elements {
        unit: Unit,
        index: u32,
    },
    /// Kernel tables in flash, by name.
    KernelTable(&'static str),

    /// Initial contents of a component's RAM, in flash: its instance data, then its active data segments.
    LoadImage(ComponentId),
    /// Ends of a component's code in flash, `[CodeStart, CodeEnd)`.
    CodeStart(ComponentId),
    CodeEnd(ComponentId),

    /// Native address of a memory.
    Memory {
        component: ComponentId,
        index: u32,
    },
    /// What the pinned register holds while this component runs.
    HomeBase(ComponentId),
    /// The value of the pinned register itself. Inside code generation only, never in a relocation.
    Home,
    /// Lowest address of, and the address past, a process' native stack.
    StackBase(ProcessId),
    StackTop(ProcessId),
    /// The word `index` of the register words of a process' regions (PMSAv7: RBAR0, RASR0, RBAR1, ...), not an address.
    RegionWord {
        process: ProcessId,
        index: u32,
    },
    /// The same for the regions that are always on.
    FixedRegionWord {
        index: u32,
    },
    /// Kernel memory (the kernel unit's home memory) and the kernel's stack.
    KernelMemory,
    KernelStackTop,
    /// What the plan uses of the board's RAM bank of this number, `[RamStart, RamEnd)`: start-up zeroes it. Multiples of
    /// 8, and equal where nothing is in the bank.
    RamStart(u8),
    RamEnd(u8),
    /// Ends of the image in flash: `[FlashBase, FlashEnd)` and of code.
    FlashBase,
    FlashEnd,
}

/// One row for each helper: what it takes and gives, its variant, its export.
macro_rules! runtime_functions {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// The exports of `src/runtime/*.wat`. Addresses are native (the runtime's memory starts at 0).
        ///
        /// Floats are passed and returned as their bits: `f32` below is an i32, `f64` an i64. They are rounded to
        /// nearest, ties to even; subnormals are exact; each NaN that comes out is 0x7fc00000 or 0x7ff8000000000000.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum RuntimeFunction {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl RuntimeFunction {
            pub const ALL: &[RuntimeFunction] = &[$(RuntimeFunction::$variant,)+];

            /// The name of the export.
            pub fn name(self) -> &'static str {
                match self {
                    $(RuntimeFunction::$variant => $name,)+
                }
            }
        }
    };
}

runtime_functions! {
    /// `(i64, i64) -> i64`; the divisor is not 0 and the quotient does not overflow: the caller has checked.
    I64DivU = "i64_div_u",
    /// See [`RuntimeFunction::I64DivU`].
    I64DivS = "i64_div_s",
    /// See [`RuntimeFunction::I64DivU`].
    I64RemU = "i64_rem_u",
    /// See [`RuntimeFunction::I64DivU`]; `i64::MIN % -1` is 0.
    I64RemS = "i64_rem_s",
    /// `(dst, src, len)`, overlap allowed (memmove).
    MemoryCopy = "memory_copy",
    /// `(dst, byte, len)`.
    MemoryFill = "memory_fill",
    /// `(dst, word, count)`: so many words, at a multiple of 4.
    WordFill = "word_fill",
    /// `(state, arena_start, arena_end, memory_base, old_ptr, old_len, align, new_len) -> ptr`, [`ARENA_EXHAUSTED`]
    /// or [`ARENA_MISUSE`]. `state` is the native address of the three words of
    /// [`crate::link::Arena::state_cell`], the rest are wasm addresses, `memory_base` is native.
    ArenaRealloc = "arena_realloc",
    /// `(state, arena_start)`: takes all blocks back.
    ArenaReset = "arena_reset",
    /// `(dst, src, len) -> invalid`: copies, and is 1 if it is not UTF-8; then what is copied is of no use.
    Utf8Copy = "utf8_copy",

    /// `(f32, f32) -> f32`.
    F32Add = "f32_add",
    /// `(f32, f32) -> f32`. f32he same as adding with the sign of the second operand flipped.
    F32Sub = "f32_sub",
    /// `(f32, f32) -> f32`.
    F32Mul = "f32_mul",
    /// `(f32, f32) -> f32`.
    F32Div = "f32_div",
    /// `(f32) -> f32`.
    F32Sqrt = "f32_sqrt",
    /// `(f32, f32) -> f32`: a NaN if either is one; -0 is below +0.
    F32Min = "f32_min",
    /// `(f32, f32) -> f32`: a NaN if either is one; -0 is below +0.
    F32Max = "f32_max",
    /// `(f32) -> f32`.
    F32Ceil = "f32_ceil",
    /// `(f32) -> f32`.
    F32Floor = "f32_floor",
    /// `(f32) -> f32`.
    F32Trunc = "f32_trunc",
    /// `(f32) -> f32`: ties to even.
    F32Nearest = "f32_nearest",
    /// `(f32, f32) -> i32`, 0 or 1; 0 if either is a NaN.
    F32Eq = "f32_eq",
    /// `(f32, f32) -> i32`, 0 or 1; 0 if either is a NaN.
    F32Lt = "f32_lt",
    /// `(f32, f32) -> i32`, 0 or 1; 0 if either is a NaN.
    F32Le = "f32_le",
    /// `(i32) -> f32`, signed.
    F32ConvertI32S = "f32_convert_i32_s",
    /// `(i32) -> f32`, unsigned.
    F32ConvertI32U = "f32_convert_i32_u",
    /// `(i64) -> f32`, signed.
    F32ConvertI64S = "f32_convert_i64_s",
    /// `(i64) -> f32`, unsigned.
    F32ConvertI64U = "f32_convert_i64_u",
    /// `(f32) -> i32`, signed: towards 0, the nearest integer if out of range, 0 for a NaN.
    F32TruncSatI32S = "f32_trunc_sat_i32_s",
    /// `(f32) -> i32`, unsigned: towards 0, the nearest integer if out of range, 0 for a NaN.
    F32TruncSatI32U = "f32_trunc_sat_i32_u",
    /// `(f32) -> i64`, signed: towards 0, the nearest integer if out of range, 0 for a NaN.
    F32TruncSatI64S = "f32_trunc_sat_i64_s",
    /// `(f32) -> i64`, unsigned: towards 0, the nearest integer if out of range, 0 for a NaN.
    F32TruncSatI64U = "f32_trunc_sat_i64_u",
    /// `(f32) -> i32`: what stops the truncation to a signed i32, as a [`TrapCode`]; 0 if nothing does.
    F32TruncStatusI32S = "f32_trunc_status_i32_s",
    /// `(f32) -> i32`: what stops the truncation to an unsigned i32, as a [`TrapCode`]; 0 if nothing does.
    F32TruncStatusI32U = "f32_trunc_status_i32_u",
    /// `(f32) -> i32`: what stops the truncation to a signed i64, as a [`TrapCode`]; 0 if nothing does.
    F32TruncStatusI64S = "f32_trunc_status_i64_s",
    /// `(f32) -> i32`: what stops the truncation to an unsigned i64, as a [`TrapCode`]; 0 if nothing does.
    F32TruncStatusI64U = "f32_trunc_status_i64_u",
    /// `(f64, f64) -> f64`.
    F64Add = "f64_add",
    /// `(f64, f64) -> f64`. f64he same as adding with the sign of the second operand flipped.
    F64Sub = "f64_sub",
    /// `(f64, f64) -> f64`.
    F64Mul = "f64_mul",
    /// `(f64, f64) -> f64`.
    F64Div = "f64_div",
    /// `(f64) -> f64`.
    F64Sqrt = "f64_sqrt",
    /// `(f64, f64) -> f64`: a NaN if either is one; -0 is below +0.
    F64Min = "f64_min",
    /// `(f64, f64) -> f64`: a NaN if either is one; -0 is below +0.
    F64Max = "f64_max",
    /// `(f64) -> f64`.
    F64Ceil = "f64_ceil",
    /// `(f64) -> f64`.
    F64Floor = "f64_floor",
    /// `(f64) -> f64`.
    F64Trunc = "f64_trunc",
    /// `(f64) -> f64`: ties to even.
    F64Nearest = "f64_nearest",
    /// `(f64, f64) -> i32`, 0 or 1; 0 if either is a NaN.
    F64Eq = "f64_eq",
    /// `(f64, f64) -> i32`, 0 or 1; 0 if either is a NaN.
    F64Lt = "f64_lt",
    /// `(f64, f64) -> i32`, 0 or 1; 0 if either is a NaN.
    F64Le = "f64_le",
    /// `(i32) -> f64`, signed.
    F64ConvertI32S = "f64_convert_i32_s",
    /// `(i32) -> f64`, unsigned.
    F64ConvertI32U = "f64_convert_i32_u",
    /// `(i64) -> f64`, signed.
    F64ConvertI64S = "f64_convert_i64_s",
    /// `(i64) -> f64`, unsigned.
    F64ConvertI64U = "f64_convert_i64_u",
    /// `(f64) -> i32`, signed: towards 0, the nearest integer if out of range, 0 for a NaN.
    F64TruncSatI32S = "f64_trunc_sat_i32_s",
    /// `(f64) -> i32`, unsigned: towards 0, the nearest integer if out of range, 0 for a NaN.
    F64TruncSatI32U = "f64_trunc_sat_i32_u",
    /// `(f64) -> i64`, signed: towards 0, the nearest integer if out of range, 0 for a NaN.
    F64TruncSatI64S = "f64_trunc_sat_i64_s",
    /// `(f64) -> i64`, unsigned: towards 0, the nearest integer if out of range, 0 for a NaN.
    F64TruncSatI64U = "f64_trunc_sat_i64_u",
    /// `(f64) -> i32`: what stops the truncation to a signed i32, as a [`TrapCode`]; 0 if nothing does.
    F64TruncStatusI32S = "f64_trunc_status_i32_s",
    /// `(f64) -> i32`: what stops the truncation to an unsigned i32, as a [`TrapCode`]; 0 if nothing does.
    F64TruncStatusI32U = "f64_trunc_status_i32_u",
    /// `(f64) -> i32`: what stops the truncation to a signed i64, as a [`TrapCode`]; 0 if nothing does.
    F64TruncStatusI64S = "f64_trunc_status_i64_s",
    /// `(f64) -> i32`: what stops the truncation to an unsigned i64, as a [`TrapCode`]; 0 if nothing does.
    F64TruncStatusI64U = "f64_trunc_status_i64_u",
    /// `(f64) -> f32`.
    F32DemoteF64 = "f32_demote_f64",
    /// `(f32) -> f64`.
    F64PromoteF32 = "f64_promote_f32",
}

/// What [`RuntimeFunction::ArenaRealloc`] gives when the block does not fit.
pub const ARENA_EXHAUSTED: u32 = u32::MAX;
/// What it gives for an alignment that is no power of two, and for an old block that is not inside what it has handed out.
pub const ARENA_MISUSE: u32 = u32::MAX - 1;

/// What the kernel enters for a function of a component.
pub fn entered(component: ComponentId, index: u32, resets: bool) -> Symbol {
    match resets {
        true => Symbol::Entry { component, index },
        false => Symbol::Function { unit: Unit::Component(component), index },
    }
}

/// Why code stops: the immediate of the trap instruction (Arm: `UDF #code`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum TrapCode {
    Unreachable = 1,
    MemoryOutOfBounds = 2,
    TableOutOfBounds = 3,
    IndirectCallType = 4,
    UninitializedElement = 5,
    IntegerDivideByZero = 6,
    IntegerOverflow = 7,
    InvalidConversion = 8,
    ArenaExhausted = 9,
    /// Stack overflow found by a check in the code or by the protection unit.
    StackOverflow = 10,
    /// A host function was given bytes outside the caller's memory.
    HostArgument = 11,
    /// A call into a component that a trap has stopped.
    Stopped = 12,
    /// A call to the kernel that this component was not given: no code that was compiled here does that.
    Forged = 13,
    // What the canonical ABI refuses (component model, CanonicalABI.md).
    /// A component called out of its `realloc`, `post-return` or `start`.
    CannotLeave = 14,
    /// A call into a component that is an ancestor or descendant of the caller.
    CannotEnter = 15,
    InvalidChar = 16,
    InvalidUtf8 = 17,
    StringOutOfBounds = 18,
    ListOutOfBounds = 19,
    InvalidDiscriminant = 20,
    UnalignedPointer = 21,
    /// A number that is no handle of this type, or not of this component.
    UnknownHandle = 22,
    /// All handles that the component may have are in use.
    HandlesExhausted = 23,
    /// A call returned with a borrowed handle that it was given and did not drop.
    BorrowKept = 24,
    /// An own handle was dropped or passed on while a call still borrows it.
    HandleLent = 25,
    /// An alignment that is no power of two, or a block that the arena has not handed out.
    ArenaMisuse = 26,
}

/// A trap that an adapter finds and one of its two parties is to blame for, as one number: the code in the lower six
/// bits, the party above.
pub fn blamed(code: TrapCode, party: Party) -> u32 {
    code as u32 | (party as u32) << 6
}

impl From<Refusal> for TrapCode {
    fn from(refusal: Refusal) -> TrapCode {
        match refusal {
            Refusal::MemoryOutOfBounds => TrapCode::MemoryOutOfBounds,
            Refusal::CannotLeave => TrapCode::CannotLeave,
            Refusal::CannotEnter => TrapCode::CannotEnter,
            Refusal::InvalidChar => TrapCode::InvalidChar,
            Refusal::InvalidUtf8 => TrapCode::InvalidUtf8,
            Refusal::StringOutOfBounds => TrapCode::StringOutOfBounds,
            Refusal::ListOutOfBounds => TrapCode::ListOutOfBounds,
            Refusal::InvalidDiscriminant => TrapCode::InvalidDiscriminant,
            Refusal::UnalignedPointer => TrapCode::UnalignedPointer,
            Refusal::UnknownHandle => TrapCode::UnknownHandle,
            Refusal::HandlesExhausted => TrapCode::HandlesExhausted,
            Refusal::BorrowKept => TrapCode::BorrowKept,
            Refusal::HandleLent => TrapCode::HandleLent,
        }
    }
}

impl TrapCode {
    pub const ALL: [TrapCode; 26] = [
        TrapCode::Unreachable,
        TrapCode::MemoryOutOfBounds,
        TrapCode::TableOutOfBounds,
        TrapCode::IndirectCallType,
        TrapCode::UninitializedElement,
        TrapCode::IntegerDivideByZero,
        TrapCode::IntegerOverflow,
        TrapCode::InvalidConversion,
        TrapCode::ArenaExhausted,
        TrapCode::StackOverflow,
        TrapCode::HostArgument,
        TrapCode::Stopped,
        TrapCode::Forged,
        TrapCode::CannotLeave,
        TrapCode::CannotEnter,
        TrapCode::InvalidChar,
        TrapCode::InvalidUtf8,
        TrapCode::StringOutOfBounds,
        TrapCode::ListOutOfBounds,
        TrapCode::InvalidDiscriminant,
        TrapCode::UnalignedPointer,
        TrapCode::UnknownHandle,
        TrapCode::HandlesExhausted,
        TrapCode::BorrowKept,
        TrapCode::HandleLent,
        TrapCode::ArenaMisuse,
    ];

    /// As the kernel reports it (where the specification has a phrase, that phrase).
    pub fn text(self) -> &'static str {
        match self {
            TrapCode::Unreachable => "unreachable",
            TrapCode::MemoryOutOfBounds => "memory access out of bounds",
            TrapCode::TableOutOfBounds => "table access out of bounds",
            TrapCode::IndirectCallType => "indirect call type mismatch",
            TrapCode::UninitializedElement => "uninitialized element",
            TrapCode::IntegerDivideByZero => "integer divide by zero",
            TrapCode::IntegerOverflow => "integer overflow",
            TrapCode::InvalidConversion => "invalid conversion to integer",
            TrapCode::ArenaExhausted => "arena exhausted",
            TrapCode::StackOverflow => "stack overflow",
            TrapCode::HostArgument => "host function argument out of bounds",
            TrapCode::Stopped => "call into a stopped component",
            TrapCode::Forged => "forged call to the kernel",
            TrapCode::CannotLeave => "call out of a component that cannot be left",
            TrapCode::CannotEnter => "call into a component that cannot be entered",
            TrapCode::InvalidChar => "invalid char",
            TrapCode::InvalidUtf8 => "invalid utf-8",
            TrapCode::StringOutOfBounds => "string out of bounds",
            TrapCode::ListOutOfBounds => "list out of bounds",
            TrapCode::InvalidDiscriminant => "invalid discriminant",
            TrapCode::UnalignedPointer => "unaligned pointer",
            TrapCode::UnknownHandle => "unknown handle",
            TrapCode::HandlesExhausted => "handles exhausted",
            TrapCode::BorrowKept => "borrowed handle not dropped",
            TrapCode::HandleLent => "handle still lent",
            TrapCode::ArenaMisuse => "invalid realloc",
        }
    }
}
