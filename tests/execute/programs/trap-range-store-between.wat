;;! memory budget=(KiB)128
;;? software
;; A store comes before the access that traps: it must be seen.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 1)
  (func $store (param $p i32)
    (i32.store (local.get $p) (i32.const 1))
    (call $log (i32.load (local.get $p)))
    (i32.store offset=4 (local.get $p) (i32.const 2)))
  (func (export "run") (call $store (i32.const 65524)) (call $store (i32.const 65532))))
