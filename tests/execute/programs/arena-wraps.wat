;;! memory budget=(KiB)64
;;! arena (KiB)1
;; Regression: an arena whose `ptr + size` wraps.
(module
  (import "env" "__cabi_arena_realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
  (import "compose" "log_u32" (func $log (param i32)))
  (memory (export "memory") 1 1)
  (func (export "run")
    (call $log (call $realloc (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))
    (call $log (call $realloc (i32.const 0) (i32.const 0) (i32.const 1) (i32.const -20)))))
