;;! memory budget=(KiB)128
;;? software
;; Of several loads that share a check, the last is outside; and a sum that wraps is inside all the same.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 1)
  (data (i32.const 0) "\01\00\00\00\02\00\00\00\03\00\00\00")
  (func $three (param $p i32) (result i32)
    (i32.add (i32.load (i32.add (local.get $p) (i32.const 4)))
      (i32.add (i32.load (i32.add (local.get $p) (i32.const 8))) (i32.load (i32.add (local.get $p) (i32.const 12))))))
  (func (export "run")
    (call $log (call $three (i32.const 0)))
    (call $log (call $three (i32.const -4)))
    (call $log (call $three (i32.const 65520)))
    (call $log (call $three (i32.const 65524)))))
