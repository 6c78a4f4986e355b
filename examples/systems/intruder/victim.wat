;; The component `victim`: keeps a page of data, and can say whether it is still what it was.
(module
  (import "compose" "write" (func $write (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "victim: my data is filled in\0a")
  (data (i32.const 1088) "victim: my data is as I left it\0a")
  (data (i32.const 1152) "victim: MY DATA HAS CHANGED\0a")

  ;; Byte i of the first 1024 is (i * 7 + 3) mod 256.
  (func $expected (param $i i32) (result i32)
    (i32.and (i32.add (i32.mul (local.get $i) (i32.const 7)) (i32.const 3)) (i32.const 255)))

  (func (export "fill")
    (local $i i32)
    (loop $next
      (i32.store8 (local.get $i) (call $expected (local.get $i)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 1024))))
    (call $write (i32.const 1024) (i32.const 29)))

  (func (export "check")
    (local $i i32)
    (loop $next
      (if (i32.ne (i32.load8_u (local.get $i)) (call $expected (local.get $i)))
        (then
          (call $write (i32.const 1152) (i32.const 28))
          (return)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 1024))))
    (call $write (i32.const 1088) (i32.const 32))))
