;;! memory budget=(KiB)128
;;? software
;; A loop that counts down goes on below 0, by a signed bound.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 1)
  (func (export "run") (local $i i32)
    (local.set $i (i32.const 8))
    (loop $again
      (call $log (i32.load8_u (local.get $i)))
      (br_if $again (i32.ge_s (local.tee $i (i32.sub (local.get $i) (i32.const 1))) (i32.const -1))))))
