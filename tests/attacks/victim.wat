;; What every attack aims at: 1 KiB of data and a cell, with a checksum over both.
(module
  (import "compose" "write" (func $write (param i32 i32)))
  (memory (export "memory") 1024 (pagesize 1))
  (data (i32.const 0) "victim: filled\0a")
  (data (i32.const 16) "victim: intact\0a")
  (data (i32.const 32) "victim: CHANGED\0a")
  ;; In the instance data, below the memory.
  (global $cell (mut i32) (i32.const 0x5afe))
  (global $expected (mut i32) (i32.const 0))

  (func $checksum (result i32)
    (local $at i32) (local $sum i32)
    (local.set $sum (global.get $cell))
    (loop $next
      (local.set $sum
        (i32.add
          (i32.mul (local.get $sum) (i32.const 31))
          (i32.load8_u (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 1024))))
    (local.get $sum))

  (func (export "fill")
    (local $at i32)
    (local.set $at (i32.const 64))
    (loop $next
      (i32.store8 (local.get $at) (i32.mul (local.get $at) (i32.const 7)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 1024))))
    (global.set $expected (call $checksum))
    (call $write (i32.const 0) (i32.const 15)))

  (func (export "check")
    (if (i32.eq (call $checksum) (global.get $expected))
      (then (call $write (i32.const 16) (i32.const 15)))
      (else (call $write (i32.const 32) (i32.const 16))))))
