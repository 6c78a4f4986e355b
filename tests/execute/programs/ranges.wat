;;! memory budget=(KiB)128
;; What is known of loops, masks and branches decides where no bounds check is needed: all of this is inside, at the
;; very edges.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 1)
  (func $down (result i32) (local $i i32) (local $sum i32)
    (local.set $i (i32.const 65532))
    (loop $again
      (i32.store (local.get $i) (local.get $i))
      (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $i))))
      (br_if $again (i32.ne (local.tee $i (i32.sub (local.get $i) (i32.const 4))) (i32.const -4))))
    (local.get $sum))
  (func $head_tested (param $n i32) (result i32) (local $i i32) (local $sum i32)
    (block $done
      (loop $again
        (br_if $done (i32.ge_u (local.get $i) (i32.const 16384)))
        (local.set $sum (i32.xor (local.get $sum) (i32.load (i32.shl (local.get $i) (i32.const 2)))))
        (local.set $i (i32.add (local.get $i) (local.get $n)))
        (br $again)))
    (local.get $sum))
  (func $from_below (result i32) (local $i i32) (local $sum i32)
    (local.set $i (i32.const -1024))
    (loop $again
      (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31))
        (i32.load8_u (i32.add (local.get $i) (i32.const 65536)))))
      (br_if $again (local.tee $i (i32.add (local.get $i) (i32.const 1)))))
    (local.get $sum))
  (func $nested (result i32) (local $i i32) (local $j i32) (local $row i32) (local $sum i32)
    (loop $rows
      (local.set $j (i32.const 0))
      (loop $columns
        (local.set $sum (i32.add (local.get $sum)
          (i32.load16_u (i32.add (local.get $row) (i32.shl (local.get $j) (i32.const 1))))))
        (br_if $columns (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 64))))
      (local.set $row (i32.add (local.get $row) (i32.const 128)))
      (br_if $rows (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 512))))
    (local.get $sum))
  (func $masked (param $x i32) (result i32)
    (i32.add
      (i32.load (i32.and (local.get $x) (i32.const 0xfffc)))
      (i32.load8_u offset=65280 (i32.and (local.get $x) (i32.const 255)))))
  ;; Letters and digits by one compare each, of a byte that went round a loop.
  (func $letters (param $from i32) (param $to i32) (result i32) (local $c i32) (local $n i32)
    (local.set $c (i32.const 7))
    (loop $again
      (if (i32.lt_u (i32.and (i32.sub (i32.or (local.get $c) (i32.const 32)) (i32.const 97)) (i32.const 255))
            (i32.const 26))
        (then (local.set $n (i32.add (local.get $n) (i32.const 1)))))
      (if (i32.gt_u (i32.and (i32.add (local.get $c) (i32.const -58)) (i32.const 255)) (i32.const 245))
        (then (local.set $n (i32.add (local.get $n) (i32.const 1000)))))
      (if (i32.eq (i32.and (local.get $c) (i32.const 255)) (i32.const 95))
        (then (local.set $n (i32.add (local.get $n) (i32.const 1000000)))))
      (local.set $c (i32.load8_u (local.get $from)))
      (br_if $again (i32.lt_u (local.tee $from (i32.add (local.get $from) (i32.const 1))) (local.get $to))))
    (local.get $n))
  ;; The same with what is no byte: nothing may be left out.
  (func $wide_letters (param $c i32) (result i32)
    (i32.add
      (i32.lt_u (i32.and (i32.sub (local.get $c) (i32.const 97)) (i32.const 255)) (i32.const 26))
      (i32.shl (i32.eq (i32.and (local.get $c) (i32.const 255)) (i32.const 95)) (i32.const 1))))
  ;; Masks that are needed after all: each operation can make one bit more, or as many as both operands have.
  (func $grows (param $x i32) (param $y i32) (result i32) (local $a i32) (local $b i32)
    (local.set $a (i32.and (local.get $x) (i32.const 255)))
    (local.set $b (i32.and (local.get $y) (i32.const 255)))
    (i32.add
      (i32.add
        (i32.and (i32.add (local.get $a) (local.get $b)) (i32.const 255))
        (i32.shl (i32.and (i32.mul (local.get $a) (local.get $b)) (i32.const 0x7fff)) (i32.const 8)))
      (i32.add
        (i32.shl (i32.and (i32.shl (local.get $a) (i32.const 3)) (i32.const 0x3ff)) (i32.const 12))
        (i32.add
          (i32.shl (i32.and (i32.sub (local.get $a) (local.get $b)) (i32.const 255)) (i32.const 20))
          (i32.and (i32.shr_u (i32.or (i32.shl (local.get $a) (i32.const 4)) (local.get $b)) (i32.const 2))
            (i32.const 0x1ff))))))
  (func (export "run") (local $i i32)
    (call $log (call $grows (i32.const 255) (i32.const 255)))
    (call $log (call $grows (i32.const 3) (i32.const 250)))
    (call $log (call $down))
    (call $log (call $head_tested (i32.const 1)))
    (call $log (call $head_tested (i32.const 3)))
    (loop $fill
      (i32.store8 (local.get $i) (local.get $i))
      (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 65536))))
    (call $log (call $from_below))
    (call $log (call $nested))
    (call $log (call $masked (i32.const -1)))
    (call $log (call $masked (i32.const 0x12345678)))
    (call $log (call $letters (i32.const 0) (i32.const 256)))
    (call $log (call $letters (i32.const 65280) (i32.const 65536)))
    (call $log (call $wide_letters (i32.const 0x15f)))
    (call $log (call $wide_letters (i32.const 0x17a)))
    (call $log (call $wide_letters (i32.const -159)))))
