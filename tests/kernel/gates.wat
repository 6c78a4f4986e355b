;; Calls between processes: every shape of arguments and results, and a chain of three.
;;board mps2-an385 mps2-an386 mps2-an500 mps2-an505
;;! component "front" "front.wat" { memory budget=(KiB)1 }
;;! component "middle" "middle.wat" { memory budget=(KiB)1 }
;;! component "back" "back.wat" { memory budget=(B)512 }
;;! run "front#scalar" 20 22
;;! run "front#wide"
;;! run "front#many"
;;! run "front#chain" 5
;;! run "front#nothing"
;;! run "front#hidden"
;;! run "back#sum" 1 2 3 4 5 6
;;! run "back#pair" 0x1_0000_0002

;;@ front.wat
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (import "middle" "add" (func $add (param i32 i32) (result i32)))
  (import "back" "mix" (func $mix (param i32 i64 i32 i64) (result i64)))
  (import "back" "many" (func $many
    (param i32 i32 i32 i32 i32 i32 i32 i32 i64) (result i32 i32 i32 i32 i64 i32 i32)))
  (import "middle" "chain" (func $chain (param i32) (result i32)))
  (import "back" "nothing" (func $nothing))
  (import "back" "poke" (func $poke (param i32 i32)))
  (import "back" "peek" (func $peek (param i32) (result i32)))
  (memory (export "memory") 1024 1024 (pagesize 1))
  (func $log64 (param i64)
    (call $log (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
    (call $log (i32.wrap_i64 (local.get 0))))
  (func (export "scalar") (param i32 i32) (call $log (call $add (local.get 0) (local.get 1))))
  (func (export "wide")
    (call $log64 (call $mix (i32.const 1) (i64.const 0x200000003) (i32.const 4) (i64.const 0x500000006))))
  (func (export "many")
    (local i32 i32 i32 i32 i64 i32 i32)
    (call $many (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6) (i32.const 7)
      (i32.const 8) (i64.const 0x900000009))
    (local.set 6) (local.set 5) (local.set 4) (local.set 3) (local.set 2) (local.set 1) (local.set 0)
    (call $log (local.get 0))
    (call $log (local.get 1))
    (call $log (local.get 2))
    (call $log (local.get 3))
    (call $log64 (local.get 4))
    (call $log (local.get 5))
    (call $log (local.get 6)))
  ;; Eight values are live across the call: all saved registers.
  (func (export "chain") (param $n i32)
    (local $a i32) (local $b i32) (local $c i32) (local $d i32) (local $e i32) (local $f i32) (local $g i32)
    (local.set $a (i32.mul (local.get $n) (local.get $n)))
    (local.set $b (i32.mul (local.get $a) (local.get $n)))
    (local.set $c (i32.mul (local.get $b) (local.get $n)))
    (local.set $d (i32.mul (local.get $c) (local.get $n)))
    (local.set $e (i32.mul (local.get $d) (local.get $n)))
    (local.set $f (i32.mul (local.get $e) (local.get $n)))
    (local.set $g (i32.mul (local.get $f) (local.get $n)))
    (call $log (call $chain (local.get $n)))
    (call $log (local.get $a)) (call $log (local.get $b)) (call $log (local.get $c)) (call $log (local.get $d))
    (call $log (local.get $e)) (call $log (local.get $f)) (call $log (local.get $g)))
  (func (export "nothing") (call $nothing) (call $log (i32.const 1)))
  ;; The callee's memory is its own.
  (func (export "hidden")
    (i32.store (i32.const 16) (i32.const 1))
    (call $poke (i32.const 16) (i32.const 2))
    (call $log (i32.load (i32.const 16)))
    (call $log (call $peek (i32.const 16)))))

;;@ middle.wat
(module
  (import "back" "double" (func $double (param i32) (result i32)))
  (memory (export "memory") 1024 1024 (pagesize 1))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "chain") (param i32) (result i32)
    (i32.store (i32.const 0) (local.get 0))
    (i32.add (call $double (local.get 0)) (i32.load (i32.const 0)))))

;;@ back.wat
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory (export "memory") 512 512 (pagesize 1))
  (func (export "double") (param i32) (result i32) (i32.shl (local.get 0) (i32.const 1)))
  (func (export "mix") (param i32 i64 i32 i64) (result i64)
    (i64.add
      (i64.add (i64.extend_i32_u (local.get 0)) (local.get 1))
      (i64.add (i64.extend_i32_u (local.get 2)) (local.get 3))))
  (func (export "many")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i64) (result i32 i32 i32 i32 i64 i32 i32)
    (i32.add (local.get 0) (local.get 7))
    (i32.add (local.get 1) (local.get 6))
    (i32.add (local.get 2) (local.get 5))
    (i32.add (local.get 3) (local.get 4))
    (i64.add (local.get 8) (i64.const 1))
    (i32.const 77)
    (i32.const 88))
  (func (export "nothing"))
  (func (export "poke") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
  (func (export "peek") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "sum") (param i32 i32 i32 i32 i32 i32)
    (call $log (i32.add (i32.add (i32.add (local.get 0) (local.get 1)) (i32.add (local.get 2) (local.get 3)))
      (i32.add (local.get 4) (local.get 5))))
    (call $log (local.get 5)))
  (func (export "pair") (param i64)
    (call $log (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
    (call $log (i32.wrap_i64 (local.get 0)))))

;;= output
;; 42
;; 7
;; 14
;; 9
;; 9
;; 9
;; 9
;; 9
;; 10
;; 77
;; 88
;; 15
;; 25
;; 125
;; 625
;; 3125
;; 15625
;; 78125
;; 390625
;; 1
;; 1
;; 2
;; 21
;; 6
;; 1
;; 2
;;= exit 0
