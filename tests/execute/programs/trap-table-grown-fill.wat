;; One entry past the size that a table has grown to, which is less than it could have.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (table $t 1 8 funcref)
  (func (export "run")
    (call $log (table.grow $t (ref.null func) (i32.const 2)))
    (drop (table.get $t (i32.const 2)))
    (call $log (i32.const 1))
    (table.fill $t (i32.const 2) (ref.null func) (i32.const 2))))
