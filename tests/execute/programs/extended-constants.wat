;;! memory budget=(KiB)64
;; Regression: a data segment with an extended-constant offset dropped.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 1)
  (global $wide i64 (i64.mul (i64.sub (i64.const 10) (i64.const 12)) (i64.const 0x1_0000_0000)))
  (global $moved (mut i32) (i32.sub (i32.const 3) (i32.mul (i32.const 3) (i32.const 8))))
  (data (i32.add (i32.mul (i32.const 16) (i32.const 16)) (i32.const 4)) "wxyz")
  (data (i32.sub (i32.const 4096) (i32.const 4)) "1234")
  (table 8 funcref)
  (elem (i32.add (i32.const 2) (i32.const 3)) $five)
  (func $five (result i32) (i32.const 55))
  (func (export "run")
    (call $log (i32.load (i32.const 260)))
    (call $log (i32.load (i32.const 4092)))
    (call $log (global.get $moved))
    (call $log (i32.wrap_i64 (i64.shr_u (global.get $wide) (i64.const 32))))
    (call $log (call_indirect (result i32) (i32.const 5)))))
