;;! memory budget=(KiB)128
;;? software
;; The mask leaves three bytes too many.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 1)
  (func $load (param $x i32) (result i32) (i32.load (i32.and (local.get $x) (i32.const 0xffff))))
  (func (export "run")
    (call $log (call $load (i32.const 0x1fffc)))
    (call $log (call $load (i32.const 0x1fffd)))))
