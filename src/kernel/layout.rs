//! Where the words of the kernel's tables and memory are. The assembler code, the tables and the WAT all read these
//! numbers; the WAT as globals of the same names ([`globals`]).

/// One named offset or value.
macro_rules! layout {
    ($($(#[$doc:meta])* $name:ident = $value:expr;)*) => {
        $($(#[$doc])* pub const $name: u32 = $value;)*
        /// All of them as constant globals of the text format.
        pub fn globals() -> String {
            [$((stringify!($name), $name)),*]
                .iter()
                .map(|(name, value)| format!("  (global ${name} i32 (i32.const {value}))\n"))
                .collect()
        }
    };
}

layout! {
    // Kernel memory. The kernel's stack ends where it begins, so that exception entry finds these words at `[sp]`.

    /// Descriptor of the process that runs.
    CURRENT = 0;
    /// The configuration.
    CONFIG = 4;
    /// The entry of the job list that comes next.
    NEXT_JOB = 8;
    /// 1 after the first trap: the exit code.
    TRAPPED = 12;
    /// What the trap that is about to be reported has to say: bytes asked for.
    DETAIL = 16;
    /// The processes' records, and one more for the code before the first job.
    RECORDS = 20;

    // Record of a process.

    /// A caller state below, or the descriptor of the process whose call is running here.
    RECORD_CALLER = 0;
    /// What that process keeps on its stack: its PSP after exception entry, less the eight registers saved below it.
    RECORD_CALLER_STACK = 4;
    RECORD_SIZE = 8;
    /// Nobody is in the process.
    CALLER_NONE = 0;
    /// The kernel called, for a job.
    CALLER_KERNEL = 1;
    /// A trap has stopped the process: nobody enters it again.
    CALLER_STOPPED = 2;

    // Descriptor of a process, in flash.

    /// Lowest PSP after exception entry below which eight registers still fit.
    PROCESS_LOWEST = 0;
    /// Highest PSP after exception entry: the stack's top less one exception frame.
    PROCESS_HIGHEST = 4;
    PROCESS_RECORD = 8;
    /// First and past-the-last entry of its components.
    PROCESS_COMPONENTS = 12;
    PROCESS_COMPONENTS_END = 16;
    /// Its RECORD_CALLER after a trap: CALLER_STOPPED, or CALLER_NONE where it can be called again. `ADAPTER` is the latter,
    /// of a process that acts for its caller.
    PROCESS_TRAPPED = 20;
    ADAPTER = 1;
    /// Descriptor of the process itself: this one, unless it stands for a process during a call in which it must not
    /// leave.
    PROCESS_ITSELF = 24;
    /// Register words of its regions.
    PROCESS_REGIONS = 28;

    // A component of a process.

    COMPONENT_CODE = 0;
    COMPONENT_CODE_END = 4;
    COMPONENT_NAME = 8;
    /// Address of the three words of its arena, 0 if it has none; the addresses in its memory where it begins and ends.
    COMPONENT_ARENA = 16;
    COMPONENT_ARENA_START = 20;
    COMPONENT_ARENA_END = 24;
    COMPONENT_SIZE = 28;

    // Descriptor of a gate or a job.

    /// Gate: descriptor of the process that may call. Job: the component's entry.
    ENTRY_CALLER = 0;
    /// Descriptor of the process that is entered.
    ENTRY_PROCESS = 4;
    /// Bytes of the stack for argument and result words beyond four, a multiple of 8; plus `ENTRY_BACK`.
    ENTRY_AREA = 8;
    /// The process that is entered waits for the one that calls: the call goes on top of what it has on its stack.
    ENTRY_BACK = 1;
    /// Bytes of argument words beyond four, and of result words: two halfwords.
    ENTRY_ARGUMENTS = 12;
    ENTRY_RESULTS = 14;
    /// The upper half of the exception frame that enters the function: r12, lr, pc, xpsr.
    ENTRY_FRAME = 16;
    /// r4-r11 on entry.
    ENTRY_REGISTERS = 32;
    ENTRY_SIZE = 64;
    /// Job: the argument words, at least four.
    JOB_ARGUMENTS = 64;

    // Descriptor of a host function as one component may call it.

    HOST_PROCESS = 0;
    HOST_FUNCTION = 4;
    /// Native address and largest size in bytes of the component's first memory.
    HOST_MEMORY = 8;
    HOST_BYTES = 12;
    /// Address of the word with the memory's present size, 0 if it does not grow.
    HOST_SIZE_CELL = 16;
    /// `HOST_BLAME` instead: descriptors of the caller's and the callee's process, and their components.
    HOST_PARTIES = 8;
    HOST_NAMES = 16;
    HOST_SIZE = 24;

    // Host functions (HOST_FUNCTION).

    HOST_WRITE = 0;
    HOST_LOG_U32 = 1;
    HOST_EXIT = 2;
    HOST_CLOCK = 3;
    /// From here on they end the call: that is open to a process that must not leave, too.
    HOST_BLAME = 4;
    HOST_EXHAUSTED = 5;

    // Configuration, in flash.

    /// Native address of the console's registers.
    CONFIG_CONSOLE = 0;
    /// Table of texts: address and length of each.
    CONFIG_TEXTS = 4;
    /// First and past-the-last entry of the job list.
    CONFIG_JOBS = 8;
    CONFIG_JOBS_END = 12;
    /// Where code is.
    CONFIG_CODE = 16;
    CONFIG_CODE_END = 20;
    CONFIG_GATES = 24;
    /// Native address of the clock's registers, and cycles of its counter in a microsecond: where a component asks for
    /// the time.
    CONFIG_CLOCK = 28;
    CONFIG_CLOCK_MHZ = 32;
}
