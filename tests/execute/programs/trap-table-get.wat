;; An entry that is not there, not set, or of another type.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (type $t (func))
  (table 3 3 funcref)
  (table $m 2 2 funcref)
  (elem (i32.const 0) $good $bad)
  (elem $e func $good $good)
  (func $good (call $log (i32.const 7)))
  (func $bad (param i32) (call $log (i32.const 666)))
  (func (export "run") (local i32)
    (call_indirect (type $t) (local.get 0))
    (drop (table.get $m (i32.add (local.get 0) (i32.const 2))))
    (call $log (i32.const 2))))
