;;! memory budget=(KiB)128
;;? software
;; The index is known, and less than what is taken off it.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 1)
  (global $g (mut i32) (i32.const 7))
  (func $load (param $x i32) (result i32)
    (i32.load8_u (i32.add (i32.and (local.get $x) (i32.const 127)) (i32.const -3))))
  (func (export "run")
    (global.set $g (i32.const 8))
    (call $log (call $load (i32.const 3)))
    (call $log (call $load (i32.const 2)))))
