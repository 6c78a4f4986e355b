;;! memory budget=(KiB)64
;; Regression: static data read at a skewed base after a call or a loop.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 1)
  (data (i32.const 0) "\01\02\03\04\05\06\07\08")
  (data (i32.const 1024) "abcdefgh")
  (data (i32.const 65528) "\f0\f1\f2\f3\f4\f5\f6\f7")
  (func $read (param i32) (result i32)
    (i32.add (i32.load (local.get 0)) (i32.load offset=1024 (i32.const 0))))
  (func (export "run") (local $i i32)
    (call $log (i32.load (i32.const 1024)))
    (call $log (call $read (i32.const 4)))
    (call $log (i32.load (i32.const 1024)))
    (loop $again
      (call $log (i32.load8_u offset=1024 (local.get $i)))
      (call $log (i32.load offset=65520 (local.get $i)))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 8))))
    (call $log (i32.load (i32.const 1028)))
    (call $log (i32.load16_u (i32.const 65533)))))
