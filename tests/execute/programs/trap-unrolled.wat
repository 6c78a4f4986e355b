;;! memory budget=(KiB)128
;; Of eight turns the fifth divides by zero: four stores are there, and no fifth.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 1)
  (func $divide (param $p i32) (local $i i32)
    (loop $again
      (i32.store (local.get $p) (i32.div_u (i32.const 1000) (i32.sub (local.get $i) (i32.const 4))))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $again (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 8)))))
  (func (export "run")
    (i32.store (i32.const 16) (i32.const 77))
    (call $log (i32.load (i32.const 16)))
    (call $divide (i32.const 0))))
