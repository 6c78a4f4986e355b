;; Ends in a trap, after what comes before it and before what comes after.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (global $zero (mut i32) (i32.const 0))
  (func (export "run")
    (call $log (i32.const 1))
    (call $log (i32.div_s (i32.const 0x80000000) (i32.sub (global.get $zero) (i32.const 1))))
    (call $log (i32.const 2))))
