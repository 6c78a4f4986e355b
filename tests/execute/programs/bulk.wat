;;! memory budget=(KiB)64
;;! memory "other" budget=(KiB)64
;; Copies, fills and segments, in and between two memories; every overlap of the word loops.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory $a 1 1)
  (memory $b (export "other") 1 1)
  (data $passive "passive segment")
  (data $active (memory $b) (i32.const 100) "active")
  (func $hash-a (result i32) (local $i i32) (local $h i32)
    (loop $next
      (local.set $h (i32.add (i32.mul (local.get $h) (i32.const 31)) (i32.load8_u $a (local.get $i))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 600))))
    (local.get $h))
  (func $hash-b (result i32) (local $i i32) (local $h i32)
    (loop $next
      (local.set $h (i32.add (i32.mul (local.get $h) (i32.const 31)) (i32.load8_u $b (local.get $i))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 600))))
    (local.get $h))
  (func $number (local $i i32)
    (loop $next
      (i32.store8 $a (local.get $i) (i32.xor (local.get $i) (i32.shr_u (local.get $i) (i32.const 3))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 600)))))
  (func (export "run") (local $length i32) (local $shift i32)
    (call $number)
    (call $log (call $hash-a))
    ;; Overlaps in both directions.
    (loop $lengths
      (local.set $shift (i32.const 0))
      (loop $shifts
        (memory.copy $a $a (i32.add (i32.const 100) (local.get $shift)) (i32.const 104) (local.get $length))
        (call $log (call $hash-a))
        (br_if $shifts (i32.lt_u (local.tee $shift (i32.add (local.get $shift) (i32.const 3))) (i32.const 12))))
      (br_if $lengths (i32.lt_u (local.tee $length (i32.add (local.get $length) (i32.const 7))) (i32.const 80))))
    (memory.copy $b $a (i32.const 33) (i32.const 2) (i32.const 300))
    (call $log (call $hash-b))
    (memory.fill $b (i32.const 7) (i32.const 0x1ff) (i32.const 23))
    (memory.fill $b (i32.const 50) (i32.const 0) (i32.const 3))
    (call $log (call $hash-b))
    (memory.copy $a $b (i32.const 400) (i32.const 20) (i32.const 100))
    (call $log (call $hash-a))
    (memory.init $b $passive (i32.const 500) (i32.const 8) (i32.const 7))
    (memory.init $a $passive (i32.const 1) (i32.const 0) (i32.const 15))
    (call $log (call $hash-b))
    (call $log (call $hash-a))
    (data.drop $passive)
    ;; Of nothing, at the very ends.
    (memory.init $a $passive (i32.const 65536) (i32.const 0) (i32.const 0))
    (memory.init $b $active (i32.const 0) (i32.const 0) (i32.const 0))
    (memory.copy $a $b (i32.const 65536) (i32.const 65536) (i32.const 0))
    (memory.fill $a (i32.const 65536) (i32.const 1) (i32.const 0))
    (memory.fill $a (i32.const 65535) (i32.const 0x77) (i32.const 1))
    (call $log (i32.load8_u $a (i32.const 65535)))))
