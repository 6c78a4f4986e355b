;;! memory budget=(KiB)128
;;? software
;; The loop steps over the value that would end it.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 1)
  (func (export "run") (local $i i32) (local $n i32)
    (local.set $i (i32.const 64000))
    (loop $again
      (i32.store8 (local.get $i) (i32.const 1))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (if (i32.gt_u (local.get $n) (i32.const 215)) (then (call $log (local.get $n))))
      (br_if $again (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 7))) (i32.const 64080))))))
