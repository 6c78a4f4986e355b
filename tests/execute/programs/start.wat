;;! memory budget=(KiB)64
;; Regression: the start function never run. It runs once, after the data is in place, before any export.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 1)
  (global $count (mut i32) (i32.const 0))
  (data (i32.const 8) "\2a")
  (func $start
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (i32.store (i32.const 16) (i32.add (i32.load8_u (i32.const 8)) (i32.const 1000)))
    (call $log (i32.const 1)))
  (start $start)
  (func (export "run")
    (call $log (global.get $count))
    (call $log (i32.load (i32.const 16)))))
