;;! memory budget=(KiB)64
;; Outside the memory: nothing of it is written.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 1)
  (data $d "abcdef")
  (func (export "run") (local i32)
    (call $log (i32.const 1))
    (i32.store8 offset=0xffffffff (i32.add (local.get 0) (i32.const 1)) (i32.const 0))
    (call $log (i32.const 2))))
