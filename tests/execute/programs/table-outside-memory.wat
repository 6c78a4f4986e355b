;;! memory budget=(KiB)64
;; Regression: a function table inside linear memory. Overwriting every byte of it changes no call.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 1)
  (type $t (func (param i32) (result i32)))
  (table $fixed funcref (elem $a $b))
  (table $changed 3 3 funcref)
  (func $a (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func $b (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
  (func $fill (local $i i32)
    (loop $next
      (i32.store (local.get $i) (i32.const -1))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 65536)))))
  (func (export "run")
    (table.set $changed (i32.const 2) (ref.func $b))
    (call $fill)
    (call $log (call_indirect $fixed (type $t) (i32.const 10) (i32.const 0)))
    (call $log (call_indirect $fixed (type $t) (i32.const 10) (i32.const 1)))
    (call $log (call_indirect $changed (type $t) (i32.const 10) (i32.const 2)))
    (memory.fill (i32.const 0) (i32.const 0) (i32.const 65536))
    (call $log (call_indirect $changed (type $t) (i32.const 11) (i32.const 2)))))
