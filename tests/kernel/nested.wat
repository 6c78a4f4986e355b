;; A trap in the middle of a chain of calls: the component that traps is stopped, those that wait are free again.
;;! component "a" "a.wat" { memory budget=(KiB)1 }
;;! component "b" "b.wat" { memory budget=(KiB)1 }
;;! component "c" "c.wat" { memory budget=(KiB)1 }
;;! component "d" "d.wat" { memory budget=(KiB)1; stack (B)160 }
;;! run "a#overflow"
;;! run "a#say" 1
;;! run "b#say" 2
;;! run "a#crash"
;;! run "a#say" 3
;;! run "b#say" 4
;;! run "c#say" 5
;;! run "b#crash"
;;! run "b#say" 6
;;! run "a#say" 7
;;! run "a#crash"
;;! run "a#say" 8

;;@ a.wat
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (import "b" "crash" (func $crash))
  (import "d" "deep" (func $deep (param i32) (result i32)))
  (memory (export "memory") 1024 1024 (pagesize 1))
  (func (export "crash") (call $crash) (call $log (i32.const 99)))
  (func (export "overflow") (call $log (call $deep (i32.const 1))))
  (func (export "say") (param i32) (call $log (local.get 0))))
;;@ b.wat
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (import "c" "crash" (func $crash))
  (memory (export "memory") 1024 1024 (pagesize 1))
  (func (export "crash") (call $crash) (call $log (i32.const 99)))
  (func (export "say") (param i32) (call $log (local.get 0))))
;;@ c.wat
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory (export "memory") 1024 1024 (pagesize 1))
  (func (export "crash") (unreachable))
  (func (export "say") (param i32) (call $log (local.get 0))))
;;@ d.wat
(module
  (memory (export "memory") 1024 1024 (pagesize 1))
  ;; The frame alone is larger than the stack.
  (func (export "deep") (param i32) (result i32)
    (call $wide (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0)
      (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0)
      (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0)
      (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0)
      (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0)
      (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0)
      (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0)
      (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0)))
  (func $wide (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (local.get 40)))

;;= output
;; trap: component `d`: stack overflow at .memory.c+0x3e8 (code d!deep)
;; 1
;; 2
;; trap: component `c`: unreachable (code c!crash)
;; 3
;; 4
;; skipped: component `c` is stopped
;; trap: component `b`: call into a stopped component (code b!crash)
;; skipped: component `b` is stopped
;; 7
;; trap: component `a`: call into a stopped component (code a!crash)
;; skipped: component `a` is stopped
;;= exit 1
