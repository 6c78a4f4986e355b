;;! memory budget=(KiB)64
;;! arena (KiB)1
;; `__cabi_arena_realloc` allocates, grows in place, moves and keeps bytes.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (import "env" "__cabi_arena_realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1 1)
  (func (export "run") (local $a i32) (local $b i32)
    (call $log (call $realloc (i32.const 0) (i32.const 0) (i32.const 8) (i32.const 0)))
    (call $log (local.tee $a (call $realloc (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 10))))
    (i32.store (local.get $a) (i32.const 0x01020304))
    (i32.store offset=6 (local.get $a) (i32.const 0x05060708))
    (call $log (call $realloc (local.get $a) (i32.const 10) (i32.const 4) (i32.const 20)))
    (call $log (local.tee $b (call $realloc (i32.const 0) (i32.const 0) (i32.const 64) (i32.const 1))))
    (call $log (local.tee $a (call $realloc (local.get $a) (i32.const 20) (i32.const 4) (i32.const 40))))
    (call $log (i32.load (local.get $a)))
    (call $log (i32.load offset=6 (local.get $a)))
    (call $log (call $realloc (local.get $b) (i32.const 1) (i32.const 1) (i32.const 1)))))
