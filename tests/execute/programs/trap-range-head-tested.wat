;;! memory budget=(KiB)128
;;? software
;; The bound of a loop that tests first lets one element more through.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 1)
  (func (export "run") (local $i i32)
    (local.set $i (i32.const 16380))
    (block $done
      (loop $again
        (br_if $done (i32.gt_u (local.get $i) (i32.const 16384)))
        (call $log (i32.load (i32.shl (local.get $i) (i32.const 2))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $again)))))
