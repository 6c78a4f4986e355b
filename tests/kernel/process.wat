;; Two components in one process: direct calls, and a trap names the one whose code it is. Both are stopped with it.
;;! process "pair" {
;;!     component "one" "one.wat" { memory budget=(KiB)1 }
;;!     component "two" "two.wat" { memory budget=(KiB)1 grow=#true }
;;! }
;;! process "other" {
;;!     component "five" "four.wat" { memory budget=(KiB)1 }
;;!     component "six" "two.wat" { memory budget=(KiB)1 grow=#true }
;;! }
;;! component "four" "four.wat" { memory budget=(KiB)1 }
;;! component "three" "three.wat" { memory budget=(KiB)1 }
;;! run "one#sum" 40
;;! run "two#write"
;;! run "three#ask" 1
;;! run "three#ask" 0
;;! run "two#write"
;;! run "one#sum" 1
;;! run "six#write"
;;! run "six#beyond"
;;! run "five#exit" 9
;;! run "four#exit" 7
;;! run "four#exit" 8

;;@ one.wat
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (import "two" "two" (func $two (param i32) (result i32)))
  (memory (export "memory") 1024 1024 (pagesize 1))
  (data (i32.const 8) "\0a")
  (func (export "sum") (param i32)
    (call $log (i32.add (call $two (local.get 0)) (i32.load (i32.const 8))))))
;;@ two.wat
(module
  (import "compose" "write" (func $write (param i32 i32)))
  (memory (export "memory") 512 1024 (pagesize 1))
  (data (i32.const 8) "first bytes\n")
  (func (export "two") (param i32) (result i32) (i32.add (local.get 0) (i32.load8_u (i32.const 8))))
  ;; What the memory has grown to can be written.
  (func (export "write")
    (call $write (i32.const 8) (i32.const 12))
    (drop (memory.grow (i32.const 12)))
    (memory.copy (i32.const 512) (i32.const 8) (i32.const 12))
    (call $write (i32.const 512) (i32.const 12)))
  (func (export "beyond") (call $write (i32.const 512) (i32.const 13)))
  (func (export "crash") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (unreachable)))
    (local.get 0)))
;;@ three.wat
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (import "two" "crash" (func $crash (param i32) (result i32)))
  (memory (export "memory") 1024 1024 (pagesize 1))
  (func (export "ask") (param i32) (call $log (call $crash (local.get 0)))))
;;@ four.wat
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (import "compose" "exit" (func $exit (param i32)))
  (memory (export "memory") 1024 1024 (pagesize 1))
  (func (export "exit") (param i32) (call $exit (local.get 0)) (call $log (i32.const 99))))

;;= output
;; 152
;; first bytes
;; first bytes
;; 1
;; trap: component `two`: unreachable (code two!crash)
;; skipped: component `two` is stopped
;; skipped: component `one` is stopped
;; first bytes
;; first bytes
;; trap: component `six`: host function argument out of bounds (code six!beyond)
;; skipped: component `five` is stopped
;;= exit 7
