;;! memory budget=(KiB)128
;;? software
;; The last turn of a counted loop is one too many.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 1)
  (func (export "run") (local $i i32)
    (local.set $i (i32.const 65520))
    (loop $again
      (i32.store (local.get $i) (i32.const 1))
      (call $log (local.get $i))
      (br_if $again (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 65540))))))
