;;! memory budget=(KiB)192 grow=#true
;; Growth within the budget; new bytes are zero, old ones stay.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 3)
  (func (export "run")
    (i32.store (i32.const 65532) (i32.const 77))
    (call $log (memory.size))
    (call $log (memory.grow (i32.const 3)))
    (call $log (memory.grow (i32.const 0x10000)))
    (call $log (memory.grow (i32.const 1)))
    (call $log (memory.size))
    (call $log (i32.load (i32.const 65532)))
    (call $log (i32.load (i32.const 131068)))
    (i64.store (i32.const 131064) (i64.const 0x1122_3344_5566_7788))
    (call $log (i32.load (i32.const 131066)))
    (call $log (memory.grow (i32.const 1)))
    (call $log (memory.grow (i32.const 1)))
    (call $log (memory.size))))
