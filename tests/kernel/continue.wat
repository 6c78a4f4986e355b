;; A process that goes on after traps: of its own code, of the stack, through a gate, and of a component beside it.
;;board mps2-an386 mps2-an385 mps2-an500 mps2-an505
;;! component "counter" "counter" { on-trap "continue"; stack (KiB)1 }
;;! component "caller" "caller"
;;! process "pair" { component "outer" "outer"; component "inner" "inner"; on-trap "continue" }
;;! link "caller" to="counter"
;;! run "counter#count" 0
;;! run "counter#count" 1
;;! run "counter#deep"
;;! run "counter#count" 0
;;! run "caller#go" 1
;;! run "caller#go" 0
;;! run "outer#go" 1
;;! run "outer#go" 0
;;! run "inner#inner" 0

;;@ counter
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1)
  (global $count (mut i32) (i32.const 0))
  (func (export "count") (param $trap i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 100)))
    (if (local.get $trap) (then (unreachable)))
    (call $log (i32.add (i32.load (i32.const 8)) (global.get $count))))
  (func $deep (export "deep")
    (call $deep)
    (global.set $count (i32.const 99))))

;;@ caller
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (import "counter" "count" (func $count (param i32)))
  (func (export "go") (param i32)
    (call $count (local.get 0))
    (call $log (i32.const 77))))

;;@ outer
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (import "inner" "inner" (func $inner (param i32)))
  (func (export "go") (param i32)
    (call $inner (local.get 0))
    (call $log (i32.const 78))))

;;@ inner
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (func (export "inner") (param i32)
    (drop (i32.div_u (i32.const 1) (i32.sub (i32.const 1) (local.get 0))))
    (call $log (i32.const 79))))

;;= output
;; 101
;; trap: component `counter`: unreachable (code counter!count)
;; trap: component `counter`: stack overflow at just below .stack.counter (code counter!deep)
;; 303
;; trap: component `counter`: unreachable (code counter!count)
;; 505
;; 77
;; trap: component `inner`: integer divide by zero (code inner!inner)
;; 79
;; 78
;; 79
;;= exit 1
