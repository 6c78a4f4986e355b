;; Ends in a trap, after what comes before it and before what comes after.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (global $zero (mut i32) (i32.const 0))
  (func (export "run")
    (call $log (i32.const 1))
    (call $log (i32.wrap_i64 (i64.div_s (i64.const 0x8000000000000000) (i64.extend_i32_s (i32.sub (global.get $zero) (i32.const 1))))))
    (call $log (i32.const 2))))
