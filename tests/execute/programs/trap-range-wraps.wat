;;! memory budget=(KiB)128
;;? software
;; As the last, but the first of the loads is below 0.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 1)
  (func $three (param $p i32) (result i32)
    (i32.add (i32.load (i32.add (local.get $p) (i32.const 12)))
      (i32.add (i32.load (i32.add (local.get $p) (i32.const 8))) (i32.load (i32.add (local.get $p) (i32.const 4))))))
  (func (export "run")
    (call $log (call $three (i32.const -4)))
    (call $log (call $three (i32.const -8)))))
