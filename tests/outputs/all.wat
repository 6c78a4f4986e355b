(module
  (memory 1)
  (global $count (mut i32) (i32.const 5))
  (func (export "main")
    (global.set $count (i32.const 9))
    (i32.store8 (i32.const 7) (i32.const 1))))
