;; `reset="per-call"`: the arena is empty again when a call from outside has ended, also one that trapped. A call inside
;; the process resets nothing, and the end of the outer one resets the arenas of all that say so.
;;board mps2-an386 mps2-an505
;;! process "both" {
;;!   on-trap "continue"
;;!   component "a" "a.wat" { memory budget=(B)512; arena (B)256 reset="per-call" }
;;!   component "b" "b.wat" { memory budget=(B)512; arena (B)256 reset="per-call" }
;;!   component "keeps" "b.wat" { memory budget=(B)512; arena (B)256 reset="never" }
;;! }
;;! component "c" "c.wat" { memory budget=(B)64 }
;;! link "a" to="b" interface="b"
;;! run "a#take" 100
;;! run "a#take" 100
;;! run "a#take" 300
;;! run "a#overfill" 200
;;! run "a#take" 256
;;! run "a#twice-in-b" 40
;;! run "b#take" 40
;;! run "c#by-gate" 60
;;! run "c#by-gate" 60
;;! run "c#wide"
;;! run "keeps#take" 10
;;! run "keeps#take" 10

;;@ a.wat
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (import "b" "take" (func $b (param i32)))
  (import "env" "__cabi_arena_realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
  (memory 512 (pagesize 1))
  (func $take (export "take") (param i32)
    (call $log (call $realloc (i32.const 0) (i32.const 0) (i32.const 4) (local.get 0))))
  (func (export "overfill") (param i32) (call $take (local.get 0)) (call $take (local.get 0)))
  (func (export "twice-in-b") (param i32) (call $b (local.get 0)) (call $b (local.get 0)))
  (func (export "gated") (param i32) (result i32)
    (drop (call $realloc (i32.const 0) (i32.const 0) (i32.const 4) (local.get 0)))
    (call $realloc (i32.const 0) (i32.const 0) (i32.const 4) (local.get 0)))
  ;; More words than registers, in and out.
  (func (export "wide") (param i64 i64 i64 i32) (result i32 i64 i64 i64)
    (call $take (i32.const 8))
    (local.get 3) (local.get 2) (local.get 1) (local.get 0)))
;;@ b.wat
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (import "env" "__cabi_arena_realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
  (memory 512 (pagesize 1))
  (func (export "take") (param i32)
    (call $log (call $realloc (i32.const 0) (i32.const 0) (i32.const 4) (local.get 0)))))
;;@ c.wat
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (import "a" "gated" (func $gated (param i32) (result i32)))
  (import "a" "wide" (func $wide (param i64 i64 i64 i32) (result i32 i64 i64 i64)))
  (memory 64 (pagesize 1))
  (func (export "by-gate") (param i32) (call $log (call $gated (local.get 0))))
  (func (export "wide")
    (call $wide (i64.const 0x100000002) (i64.const 0x300000004) (i64.const 0x500000006) (i32.const 7))
    (call $two) (call $two) (call $two) (call $log))
  (func $two (param i64)
    (call $log (i32.wrap_i64 (local.get 0)))
    (call $log (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))))

;;= output
;; 256
;; 256
;; trap: component `a`: arena exhausted: 300 bytes asked for, 256 left, high-water mark 100 (code a!take)
;; 256
;; trap: component `a`: arena exhausted: 200 bytes asked for, 56 left, high-water mark 200 (code a!take)
;; 256
;; 256
;; 296
;; 256
;; 316
;; 316
;; 256
;; 2
;; 1
;; 4
;; 3
;; 6
;; 5
;; 7
;; 256
;; 268
;;= exit 1
