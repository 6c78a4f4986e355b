;;! memory budget=(KiB)64
;;! stack (B)768
;; Calls that take the place of returning: deeper than any stack, with more arguments than their caller got, through
;; tables, into imports, from frames that save and spill.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (type $eight (func (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (type $four (func (param i32 i32 i32 i32) (result i32)))
  (type $one (func (param i32) (result i32)))
  (memory 1)
  (table 8 funcref)
  (elem (i32.const 0) $grow $shrink $four $log $pair $spills)

  (func $count (param i32 i64) (result i64)
    (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
    (return_call $count (i32.sub (local.get 0) (i32.const 1))
      (i64.add (local.get 1) (i64.extend_i32_u (local.get 0)))))

  (func $even (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
    (return_call $odd (i32.sub (local.get 0) (i32.const 1))))
  (func $odd (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
    (return_call $even (i32.sub (local.get 0) (i32.const 1))))

  ;; One word in, eight out, and back: the caller of neither knows of the eight.
  (func $grow (type $one)
    (if (i32.lt_u (local.get 0) (i32.const 10)) (then (return (local.get 0))))
    (return_call $shrink (local.get 0) (i32.const 2) (i32.const 3) (i32.const 4)
      (i32.const 5) (i32.mul (local.get 0) (i32.const 3)) (i32.const 7) (i32.const 8)))
  (func $shrink (type $eight)
    (call $log (i32.xor (local.get 5) (local.get 7)))
    (return_call $grow (i32.sub (local.get 0) (local.get 7))))

  ;; What its callers keep in registers and on the stack is still there after.
  (func $keeps_more (param i32 i32 i32 i32) (result i32)
    (i32.add (call $keeps (local.get 0) (local.get 3) (local.get 1) (local.get 2))
      (i32.add (i32.mul (local.get 1) (local.get 2)) (i32.sub (local.get 3) (local.get 0)))))
  (func $keeps (param i32 i32 i32 i32) (result i32)
    (i32.add (call $grow (local.get 0))
      (i32.add (i32.mul (local.get 1) (local.get 2)) (i32.sub (local.get 3) (local.get 0)))))

  ;; All argument registers taken, and the callee's address in one that the frame restores.
  (func $by_table (param i32 i32 i32 i32) (result i32) (local i32)
    (local.set 4 (i32.add (local.get 0) (local.get 1)))
    (call $log (local.get 4))
    (call $log (i32.add (local.get 4) (local.get 2)))
    (return_call_indirect (type $four) (local.get 3) (local.get 2) (local.get 1) (local.get 4) (i32.const 2)))
  (func $four (type $four)
    (i32.add (i32.mul (local.get 0) (i32.const 1000)) (i32.add (i32.mul (local.get 1) (i32.const 100))
      (i32.add (i32.mul (local.get 2) (i32.const 10)) (local.get 3)))))

  (func $to_import (param i32) (return_call $log (i32.add (local.get 0) (i32.const 1))))
  (func $to_import_by_table (param i32)
    (return_call_indirect (param i32) (local.get 0) (i32.const 3)))

  (func $pair (param i32 i32) (result i32 i32) (local.get 1) (local.get 0))
  (func $swap (param i32 i32) (result i32 i32) (return_call $pair (local.get 0) (local.get 1)))

  ;; More values across calls than there are registers.
  (func $spills (param i32) (result i32) (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    (local.set 1 (call $four (local.get 0) (i32.const 1) (i32.const 1) (i32.const 1)))
    (local.set 2 (call $four (local.get 1) (i32.const 2) (i32.const 1) (i32.const 1)))
    (local.set 3 (call $four (local.get 2) (i32.const 3) (i32.const 1) (i32.const 1)))
    (local.set 4 (call $four (local.get 3) (i32.const 4) (i32.const 1) (i32.const 1)))
    (local.set 5 (call $four (local.get 4) (i32.const 5) (i32.const 1) (i32.const 1)))
    (local.set 6 (call $four (local.get 5) (i32.const 6) (i32.const 1) (i32.const 1)))
    (local.set 7 (call $four (local.get 6) (i32.const 7) (i32.const 1) (i32.const 1)))
    (local.set 8 (call $four (local.get 7) (i32.const 8) (i32.const 1) (i32.const 1)))
    (local.set 9 (call $four (local.get 8) (i32.const 9) (i32.const 1) (i32.const 1)))
    (return_call_indirect (type $eight)
      (i32.and (local.get 9) (i32.const 63)) (i32.add (local.get 8) (local.get 1)) (local.get 7)
      (i32.add (local.get 6) (local.get 2)) (local.get 5) (i32.add (local.get 4) (local.get 3)) (local.get 3)
      (i32.const 5) (i32.const 1)))

  (func (export "run") (local i64)
    (local.set 0 (call $count (i32.const 100000) (i64.const 0)))
    (call $log (i32.wrap_i64 (local.get 0)))
    (call $log (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
    (call $log (call $even (i32.const 100001)))
    (call $log (call $keeps_more (i32.const 1000) (i32.const 20) (i32.const 30) (i32.const 40)))
    (call $log (call $by_table (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4)))
    (call $to_import (i32.const 41))
    (call $to_import_by_table (i32.const 43))
    (call $swap (i32.const 7) (i32.const 8))
    (call $log) (call $log)
    (call $log (call $spills (i32.const 5)))
    (call $log (call_indirect (type $one) (i32.const 77) (i32.const 5)))
    ;; Of a wrong type: a trap.
    (drop (call $wrong (i32.const 1))))
  (func $wrong (type $one) (return_call_indirect (type $one) (local.get 0) (i32.const 2))))
