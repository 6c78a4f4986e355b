;; Ends in a trap, after what comes before it and before what comes after.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (global $zero (mut i32) (i32.const 0))
  (func (export "run")
    (call $log (i32.const 1))
    (call $log (i32.wrap_i64 (i64.div_s (i64.const 7) (i64.extend_i32_u (global.get $zero)))))
    (call $log (i32.const 2))))
