  ;; Faults and traps: what happened, a line on the console, and the call that the kernel made is over.
  ;;
  ;; System control block (DDI 0403, B3.2): SHCSR 0xe000ed24, CFSR 0xe000ed28 (MemManage in bits 0-7, BusFault in 8-15,
  ;; UsageFault in 16-31), HFSR 0xe000ed2c, MMFAR 0xe000ed34, BFAR 0xe000ed38. Exception frame (B1.5.6): r0-r3, r12 at
  ;; +16, lr at +20, pc at +24.

  ;; A fault in a component. `frame` is the PSP after exception entry.
  (func (export "fault") (param $frame i32) (param $process i32)
    (local $status i32) (local $reason i32) (local $pc i32) (local $code i32)
    (local $address i32) (local $has_address i32)
    (local.set $status (i32.load $phys (i32.const 0xe000ed28)))
    ;; Write 1 to clear.
    (i32.store $phys (i32.const 0xe000ed28) (local.get $status))
    (i32.store $phys (i32.const 0xe000ed2c) (i32.const -1))
    ;; Where exception entry itself failed, the exception that was to be entered stays pending and would run on a frame
    ;; that is not there: USGFAULTPENDED to SVCALLPENDED and, on Armv8-M, SECUREFAULTPENDED.
    (i32.store $phys (i32.const 0xe000ed24)
      (i32.and (i32.load $phys (i32.const 0xe000ed24)) (i32.const 0xffef0fff)))

    ;; MMARVALID, BFARVALID.
    (if (i32.and (local.get $status) (i32.const 0x80))
      (then
        (local.set $has_address (i32.const 1))
        (local.set $address (i32.load $phys (i32.const 0xe000ed34)))))
    (if (i32.and (local.get $status) (i32.const 0x8000))
      (then
        (local.set $has_address (i32.const 1))
        (local.set $address (i32.load $phys (i32.const 0xe000ed38)))))

    ;; MSTKERR, MUNSTKERR, STKERR, UNSTKERR: there is no stack for a frame.
    (if (i32.and (local.get $status) (i32.const 0x1818))
      (then
        (call $stop (local.get $process) (call $itself (local.get $process)) (i32.const 0)
          (global.get $STACK_OVERFLOW)
          (local.get $has_address) (local.get $address)
          (call $innermost (local.get $process) (local.get $frame)))
        (return)))

    ;; It left the Secure state: its frame is on no stack of ours.
    (if (call $secure_fault)
      (then
        (call $stop (local.get $process) (call $itself (local.get $process)) (i32.const 0)
          (global.get $TEXT_OUTSIDE) (i32.const 0) (i32.const 0)
          (call $innermost (local.get $process) (local.get $frame)))
        (return)))

    (local.set $pc (i32.load $phys offset=24 (local.get $frame)))
    (local.set $code (local.get $pc))
    (block $known
      ;; UNDEFINSTR: a trap instruction, `UDF #code`, or none at all.
      (if (i32.and (local.get $status) (i32.const 0x10000))
        (then
          (local.set $reason (i32.sub (i32.load16_u $phys (local.get $pc)) (i32.const 0xde00)))
          (br_if $known
            (i32.lt_u (i32.sub (local.get $reason) (i32.const 1)) (global.get $TRAP_CODES)))
          (local.set $reason (global.get $TEXT_UNDEFINED))
          (br $known)))
      ;; DIVBYZERO.
      (local.set $reason (global.get $INTEGER_DIVIDE_BY_ZERO))
      (br_if $known (i32.and (local.get $status) (i32.const 0x2000000)))
      ;; IACCVIOL, IBUSERR, INVSTATE, INVPC: `pc` is where it went, `lr` tells from where.
      (if (i32.and (local.get $status) (i32.const 0x60101))
        (then
          (local.set $reason (global.get $TEXT_OUTSIDE))
          (local.set $has_address (i32.const 1))
          (local.set $address (local.get $pc))
          (local.set $code (call $call_site (i32.load $phys offset=20 (local.get $frame))))
          (br $known)))
      ;; DACCVIOL, PRECISERR, IMPRECISERR. Just below the stack it was a push: the stack pointer was 32 or 36 above the
      ;; frame, and what was written is at most nine words below it.
      (if (i32.and (local.get $status) (i32.const 0x602))
        (then
          (local.set $reason (global.get $MEMORY_OUT_OF_BOUNDS))
          (br_if $known (i32.eqz (local.get $has_address)))
          (br_if $known
            (i32.ge_u (local.get $address)
              (i32.sub
                (i32.load $phys (i32.add (local.get $process) (global.get $PROCESS_LOWEST)))
                (i32.const 32))))
          (br_if $known
            (i32.gt_u
              (i32.sub (i32.add (local.get $frame) (i32.const 36)) (local.get $address))
              (i32.const 72)))
          (local.set $reason (global.get $STACK_OVERFLOW))
          (br $known)))
      ;; UNALIGNED.
      (local.set $reason (global.get $TEXT_UNALIGNED))
      (br_if $known (i32.and (local.get $status) (i32.const 0x1000000)))
      ;; NOCP, and what only a debugger would cause.
      (local.set $reason (global.get $TEXT_UNDEFINED)))
    (call $stop (local.get $process) (call $itself (local.get $process)) (i32.const 0)
      (local.get $reason) (local.get $has_address) (local.get $address) (local.get $code)))

  ;; The kernel refuses a call: `reason` is a trap code, or -1 if that has been told. The frame's pc is in the stub; lr
  ;; tells who called it. To blame is the process itself, or its caller.
  (func (export "trap") (param $frame i32) (param $process i32) (param $reason i32) (param $guilty i32)
    (local $code i32)
    (if (i32.eq (local.get $reason) (i32.const -1))
      (then (return)))
    ;; What an adapter calls is what its caller called.
    (if (i32.and
          (i32.eq (local.get $reason) (global.get $STOPPED))
          (i32.eq
            (i32.load $phys (i32.add (local.get $process) (global.get $PROCESS_TRAPPED)))
            (global.get $ADAPTER)))
      (then (local.set $guilty (i32.load $phys (call $record (local.get $process))))))
    (local.set $code
      (if (result i32) (i32.eq (local.get $guilty) (call $itself (local.get $process)))
        (then (call $call_site (i32.load $phys offset=20 (local.get $frame))))
        (else (call $waits_at (local.get $process) (local.get $guilty)))))
    (call $stop (local.get $process) (local.get $guilty) (i32.const 0)
      (local.get $reason) (i32.const 0) (i32.const 0) (local.get $code)))

  ;; The process that runs found out that one of the two that it acts for is to blame. `number` is the trap code, plus 64
  ;; for the caller or 128 for the callee; `host` says who they are.
  (func $blame (param $host i32) (param $number i32) (param $frame i32)
    (local $process i32) (local $party i32) (local $guilty i32) (local $code i32)
    (local.set $process (i32.load $ram (global.get $CURRENT)))
    (local.set $party (i32.and (i32.shr_u (local.get $number) (i32.const 7)) (i32.const 1)))
    (local.set $party (i32.add (local.get $host) (i32.shl (local.get $party) (i32.const 2))))
    (local.set $guilty (i32.load $phys (i32.add (local.get $party) (global.get $HOST_PARTIES))))
    (local.set $number (i32.and (local.get $number) (i32.const 63)))
    ;; Whoever acts for itself may say anything of itself.
    (if (i32.ge_u (i32.sub (local.get $number) (i32.const 1)) (global.get $TRAP_CODES))
      (then (local.set $number (global.get $FORGED))))
    (local.set $code
      (if (result i32) (i32.eq (local.get $guilty) (call $itself (local.get $process)))
        (then (call $call_site (i32.load $phys offset=20 (local.get $frame))))
        (else (call $waits_at (local.get $process) (local.get $guilty)))))
    (call $stop (local.get $process) (local.get $guilty)
      (i32.add
        (i32.load $phys (i32.add (local.get $party) (global.get $HOST_NAMES)))
        (global.get $COMPONENT_NAME))
      (local.get $number) (i32.const 0) (i32.const 0) (local.get $code)))

  ;; Where the caller of `process` called it; 0 if `caller` is not its caller.
  (func $waits_at (param $process i32) (param $caller i32) (result i32)
    (local $record i32)
    (local.set $record (call $record (local.get $process)))
    (if (i32.ne (i32.load $phys (local.get $record)) (local.get $caller))
      (then (return (i32.const 0))))
    ;; Eight saved registers, then the exception frame.
    (call $call_site
      (i32.load $phys offset=52
        (i32.load $phys (i32.add (local.get $record) (global.get $RECORD_CALLER_STACK))))))

  (func $itself (param $process i32) (result i32)
    (i32.load $phys (i32.add (local.get $process) (global.get $PROCESS_ITSELF))))

  ;; An exception in the kernel itself: a bug of the kernel. Ends the program.
  (func (export "fatal") (param $frame i32)
    (call $text (global.get $TEXT_FATAL))
    (call $hex (i32.load $phys offset=24 (local.get $frame)))
    (call $text (global.get $TEXT_END))
    (call $exit (i32.const 2)))

  ;; Reports, frees the process that runs and those that wait for it, as their call is abandoned, and stops the guilty one
  ;; if a trap is to stop it. `name` is that of the guilty component, or 0: the one of `process` that the code belongs to.
  (func $stop (param $process i32) (param $guilty i32) (param $name i32) (param $reason i32)
    (param $has_address i32) (param $address i32) (param $code i32)
    (local $record i32)
    (if (i32.eqz (local.get $name))
      (then (local.set $name (call $component (local.get $guilty) (local.get $code)))))
    (call $text (global.get $TEXT_TRAP))
    (call $string (local.get $name))
    (call $text (global.get $TEXT_NAME_END))
    (call $text (local.get $reason))
    (if (i32.eq (local.get $reason) (global.get $ARENA_EXHAUSTED))
      (then
        (call $arena (i32.sub (local.get $name) (global.get $COMPONENT_NAME)))))
    (if (local.get $has_address)
      (then
        (call $text (global.get $TEXT_AT))
        (call $hex (local.get $address))))
    ;; Address 0 holds the vectors: it stands for an unknown place.
    (if (local.get $code)
      (then
        (call $text (global.get $TEXT_CODE))
        (call $hex (local.get $code))
        (call $text (global.get $TEXT_END)))
      (else (call $put (i32.const 10))))

    (i32.store $ram (global.get $TRAPPED) (i32.const 1))
    (loop $next
      (local.set $record (call $record (local.get $process)))
      (local.set $process (i32.load $phys (local.get $record)))
      (i32.store $phys (local.get $record) (global.get $CALLER_NONE))
      (br_if $next (i32.gt_u (local.get $process) (global.get $CALLER_STOPPED))))
    (i32.store $phys (call $record (local.get $guilty))
      (i32.and
        (i32.load $phys (i32.add (local.get $guilty) (global.get $PROCESS_TRAPPED)))
        (global.get $CALLER_STOPPED))))

  ;; What became of a component's arena. Its words are the component's own, and may be anything.
  (func $arena (param $component i32)
    (local $state i32) (local $next i32) (local $end i32) (local $left i32)
    (local.set $state (i32.load $phys (i32.add (local.get $component) (global.get $COMPONENT_ARENA))))
    (if (i32.eqz (local.get $state))
      (then (return)))
    (local.set $next (i32.load $phys (local.get $state)))
    (local.set $end (i32.load $phys (i32.add (local.get $component) (global.get $COMPONENT_ARENA_END))))
    (if (i32.le_u (local.get $next) (local.get $end))
      (then (local.set $left (i32.sub (local.get $end) (local.get $next)))))
    (call $text (global.get $TEXT_REASON))
    (call $decimal (i32.load $ram (global.get $DETAIL)))
    (call $text (global.get $TEXT_ASKED))
    (call $decimal (local.get $left))
    (call $text
      (select
        (global.get $TEXT_LEFT)
        (global.get $TEXT_UNALIGNED_LEFT)
        (i32.gt_u (i32.load $ram (global.get $DETAIL)) (local.get $left))))
    (call $decimal
      (i32.sub
        (i32.load $phys offset=8 (local.get $state))
        (i32.load $phys (i32.add (local.get $component) (global.get $COMPONENT_ARENA_START))))))

  ;; Name (address of [address, length]) of the component of `process` that the code belongs to; of its first one if
  ;; the code is nobody's.
  (func $component (param $process i32) (param $code i32) (result i32)
    (local $at i32) (local $end i32)
    (local.set $at (i32.load $phys (i32.add (local.get $process) (global.get $PROCESS_COMPONENTS))))
    (local.set $end (i32.load $phys (i32.add (local.get $process) (global.get $PROCESS_COMPONENTS_END))))
    (loop $next
      (local.set $end (i32.sub (local.get $end) (global.get $COMPONENT_SIZE)))
      (if (i32.ne (local.get $end) (local.get $at))
        (then
          (br_if $next
            (i32.ge_u
              (i32.sub
                (local.get $code)
                (i32.load $phys (i32.add (local.get $end) (global.get $COMPONENT_CODE))))
              (i32.sub
                (i32.load $phys (i32.add (local.get $end) (global.get $COMPONENT_CODE_END)))
                (i32.load $phys (i32.add (local.get $end) (global.get $COMPONENT_CODE)))))))))
    (i32.add (local.get $end) (global.get $COMPONENT_NAME)))

  ;; After a stack overflow the processor could not save where it was. The innermost return address on the stack is
  ;; the best that is known. If there is none, it was in the function that the process was entered with.
  (func $innermost (param $process i32) (param $from i32) (result i32)
    (local $end i32) (local $site i32)
    (local.set $end (i32.load $phys (i32.add (local.get $process) (global.get $PROCESS_LOWEST))))
    (local.set $end (i32.sub (local.get $end) (i32.const 32)))
    (if (i32.lt_u (local.get $from) (local.get $end))
      (then (local.set $from (local.get $end))))
    (local.set $from (i32.and (local.get $from) (i32.const -4)))
    (local.set $end (i32.load $phys (i32.add (local.get $process) (global.get $PROCESS_HIGHEST))))
    (block $none
      (loop $next
        (br_if $none (i32.gt_u (local.get $from) (i32.add (local.get $end) (i32.const 28))))
        (local.set $site (call $call_site (i32.load $phys (local.get $from))))
        (local.set $from (i32.add (local.get $from) (i32.const 4)))
        (br_if $next (i32.eqz (local.get $site))))
      (return (local.get $site)))
    (i32.load $phys offset=8
      (i32.add (call $entered_by (local.get $process)) (global.get $ENTRY_FRAME))))

  ;; The descriptor of the job or gate that a process was entered by. A gate's number is the r12 that the caller saved.
  (func $entered_by (param $process i32) (result i32)
    (local $record i32)
    (local.set $record (call $record (local.get $process)))
    (if (result i32)
        (i32.eq
          (i32.load $phys (i32.add (local.get $record) (global.get $RECORD_CALLER)))
          (global.get $CALLER_KERNEL))
      (then
        (i32.load $phys (i32.sub (i32.load $ram (global.get $NEXT_JOB)) (i32.const 4))))
      (else
        (i32.add
          (i32.load $phys (i32.add (call $config) (global.get $CONFIG_GATES)))
          (i32.mul
            (i32.load $phys offset=48
              (i32.load $phys (i32.add (local.get $record) (global.get $RECORD_CALLER_STACK))))
            (global.get $ENTRY_SIZE))))))

  ;; Address of the call (BL, or BLX of a register) that would return to `lr`; 0 if `lr` is no return address.
  (func $call_site (param $lr i32) (result i32)
    (local $start i32)
    (local.set $start (i32.load $phys (i32.add (call $config) (global.get $CONFIG_CODE))))
    (local.set $lr (i32.sub (local.get $lr) (i32.const 5)))
    (if (i32.and (local.get $lr) (i32.const 1))
      (then (return (i32.const 0))))
    (if (i32.ge_u
          (i32.sub (local.get $lr) (local.get $start))
          (i32.sub
            (i32.load $phys (i32.add (call $config) (global.get $CONFIG_CODE_END)))
            (local.get $start)))
      (then (return (i32.const 0))))
    (if (i32.and
          (i32.eq (i32.and (i32.load16_u $phys (local.get $lr)) (i32.const 0xf800)) (i32.const 0xf000))
          (i32.eq (i32.and (i32.load16_u $phys offset=2 (local.get $lr)) (i32.const 0xd000)) (i32.const 0xd000)))
      (then (return (local.get $lr))))
    (if (i32.eq (i32.and (i32.load16_u $phys offset=2 (local.get $lr)) (i32.const 0xff87)) (i32.const 0x4780))
      (then (return (i32.add (local.get $lr) (i32.const 2)))))
    (i32.const 0))
