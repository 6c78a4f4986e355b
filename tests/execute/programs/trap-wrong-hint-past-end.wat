;;? software
;; Past the end of the memory a wrongly hinted access is out of bounds, not misaligned.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 1)
  (func $at (param i32) (result i64) (i64.load align=8 (local.get 0)))
  (func (export "run")
    (call $log (i32.wrap_i64 (call $at (i32.const 65527))))
    (call $log (i32.wrap_i64 (call $at (i32.const 65531))))))
