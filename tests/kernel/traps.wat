;; Each reason for a trap, in a component of its own; the others go on.
;;board mps2-an385 mps2-an386 mps2-an500 mps2-an505
;;! component "unreachable" "m.wat" { memory budget=(KiB)1 }
;;! component "divides" "m.wat" { memory budget=(KiB)1 }
;;! component "overflows" "m.wat" { memory budget=(KiB)1 }
;;! component "indexes" "m.wat" { memory budget=(KiB)1 }
;;! component "null" "m.wat" { memory budget=(KiB)1 }
;;! component "type" "m.wat" { memory budget=(KiB)1 }
;;! component "beyond" "m.wat" { memory budget=(KiB)1 }
;;! component "hidden" "m.wat" { memory budget=(KiB)1 }
;;! component "flash" "m.wat" { memory budget=(KiB)1 }
;;! component "device" "m.wat" { memory budget=(KiB)1 }
;;! component "system" "m.wat" { memory budget=(KiB)1 }
;;! component "recursion" "m.wat" { memory budget=(KiB)1; stack (B)512 }
;;! component "frame" "m.wat" { memory budget=(KiB)1; stack (B)160 }
;;! component "arena" "arena.wat" { memory budget=(KiB)1; arena (B)256 }
;;! component "argument" "m.wat" { memory budget=(KiB)1 }
;;! component "wraps" "m.wat" { memory budget=(KiB)1 }
;;! component "last" "m.wat" { memory budget=(KiB)1 }
;;! run "unreachable#unreachable"
;;! run "divides#divide" 1 0
;;! run "overflows#divide" 0x8000_0000 -1
;;! run "indexes#indirect" 3
;;! run "null#indirect" 2
;;! run "type#indirect" 1
;;! run "beyond#load" {0x3000_0000}
;;! run "hidden#load" -1024
;;! run "flash#store" {flash}
;;! run "device#store" {console}
;;! run "system#store" {0xe000_0000}
;;! run "recursion#recursion" 1
;;! run "frame#frame" 1
;;! run "arena#arena" 100
;;! run "argument#write" 1000 25
;;! run "wraps#write" 16 -8
;;! run "last#write" 1000 24
;;! run "arena#write" 0 1

;;@ m.wat
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (import "compose" "write" (func $write (param i32 i32)))
  (memory (export "memory") 1024 1024 (pagesize 1))
  (type $f (func (result i32)))
  (table funcref (elem $one $two $none))
  (elem declare func $one)
  (table $t 3 3 funcref)
  (elem (table $t) (i32.const 0) func $one $two)
  (func $one (result i32) (i32.const 1))
  (func $two (param i32) (result i32) (i32.const 2))
  (func $none)
  (data (i32.const 1000) "the last bytes of memory")
  (func (export "unreachable") (unreachable))
  (func (export "divide") (param i32 i32) (call $log (i32.div_s (local.get 0) (local.get 1))))
  (func (export "indirect") (param i32) (call $log (call_indirect $t (type $f) (local.get 0))))
  (func (export "load") (param i32) (call $log (i32.load (local.get 0))))
  (func (export "store") (param i32) (i32.store (local.get 0) (i32.const 0)))
  (func $recursion (export "recursion") (param i32) (result i32)
    (i32.add (call $recursion (i32.add (local.get 0) (i32.const 1))) (local.get 0)))
  ;; One frame that is larger than the stack.
  (func (export "frame") (param i32) (result i32)
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
    (local.get 40))
  (func (export "write") (param i32 i32) (call $write (local.get 0) (local.get 1))))
;;@ arena.wat
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (import "compose" "write" (func $write (param i32 i32)))
  (import "env" "__cabi_arena_realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1024 1024 (pagesize 1))
  (func (export "arena") (param i32)
    (call $log (call $realloc (i32.const 0) (i32.const 0) (i32.const 4) (local.get 0)))
    (call $log (call $realloc (i32.const 0) (i32.const 0) (i32.const 4) (local.get 0)))
    (call $log (call $realloc (i32.const 0) (i32.const 0) (i32.const 4) (local.get 0))))
  (func (export "write") (param i32 i32) (call $write (local.get 0) (local.get 1))))

;;= output
;; trap: component `unreachable`: unreachable (code unreachable!unreachable)
;; trap: component `divides`: integer divide by zero (code divides!divide)
;; trap: component `overflows`: integer overflow (code overflows!divide)
;; trap: component `indexes`: table access out of bounds (code indexes!indirect)
;; trap: component `null`: uninitialized element (code null!indirect)
;; trap: component `type`: indirect call type mismatch (code type!indirect)
;; trap: component `beyond`: memory access out of bounds at 0x30...... (code beyond!load)
;; trap: component `hidden`: memory access out of bounds at .memory.divides+0x60 (code hidden!load)
;; trap: component `flash`: memory access out of bounds at flash (code flash!store)
;; trap: component `device`: memory access out of bounds at the console (code device!store)
;; trap: component `system`: memory access out of bounds at 0xe0...... (code system!store)
;; trap: component `recursion`: stack overflow at .memory.frame+0x3f8 (code recursion!recursion)
;; trap: component `frame`: stack overflow at .memory.arena+0x3e8 (code frame!frame)
;; 768
;; 868
;; trap: component `arena`: arena exhausted: 100 bytes asked for, 56 left, high-water mark 200 (code arena!arena)
;; trap: component `argument`: host function argument out of bounds (code argument!write)
;; trap: component `wraps`: host function argument out of bounds (code wraps!write)
;; the last bytes of memoryskipped: component `arena` is stopped
;;= exit 1
