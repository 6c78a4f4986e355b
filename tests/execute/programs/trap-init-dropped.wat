;;! memory budget=(KiB)64
;; Outside the memory: nothing of it is written.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 1)
  (data $d "abcdef")
  (func (export "run") (local i32)
    (call $log (i32.const 1))
    (data.drop $d) (memory.init $d (local.get 0) (i32.const 0) (i32.const 1))
    (call $log (i32.const 2))))
