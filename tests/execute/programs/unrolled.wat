;;! memory budget=(KiB)128
;; Loops whose number of turns is known: what the turns compute, what is read of them behind the loop, and the order of
;; loads and stores.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1 1)
  ;; Two values that change places each turn, and are read behind.
  (func $fibonacci (param $a i32) (result i32) (local $b i32) (local $i i32) (local $next i32)
    (local.set $b (i32.const 1))
    (loop $again
      (local.set $next (i32.add (local.get $a) (local.get $b)))
      (local.set $a (local.get $b))
      (local.set $b (local.get $next))
      (br_if $again (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 24))))
    (i32.add (i32.mul (local.get $a) (i32.const 1000003)) (i32.add (local.get $b) (local.get $i))))
  ;; Each turn reads what the last one wrote.
  (func $chain (result i32) (local $p i32)
    (i32.store (i32.const 512) (i32.const 5))
    (local.set $p (i32.const 512))
    (loop $again
      (i32.store offset=4 (local.get $p)
        (i32.add (i32.mul (i32.load (local.get $p)) (i32.const 3)) (local.get $p)))
      (br_if $again (i32.ne (local.tee $p (i32.add (local.get $p) (i32.const 4))) (i32.const 536))))
    (i32.add (i32.load (local.get $p)) (local.get $p)))
  ;; Down, by three, in seven turns: nothing divides that; and in nine, which three does.
  (func $down (param $from i32) (result i32) (local $i i32) (local $sum i32)
    (local.set $i (i32.const 21))
    (loop $again
      (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 7)) (local.get $i)))
      (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 3)))))
    (local.set $i (i32.const 27))
    (loop $once_more
      (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 7)) (i32.add (local.get $i) (local.get $from))))
      (br_if $once_more (local.tee $i (i32.sub (local.get $i) (i32.const 3)))))
    (i32.add (local.get $sum) (local.get $i)))
  ;; Relative to a parameter, whose value nobody knows: eight turns all the same.
  (func $relative (param $p i32) (result i32) (local $end i32) (local $sum i64)
    (local.set $end (i32.add (local.get $p) (i32.const 64)))
    (loop $again
      (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31)) (i64.load (local.get $p))))
      (br_if $again (i32.ne (local.tee $p (i32.add (local.get $p) (i32.const 8))) (local.get $end))))
    (i32.xor (i32.wrap_i64 (local.get $sum)) (i32.wrap_i64 (i64.shr_u (local.get $sum) (i64.const 32)))))
  ;; In a loop that turns as often as its caller says.
  (func $nested (param $n i32) (result i32) (local $i i32) (local $sum i32)
    (loop $outer
      (local.set $i (i32.const -16))
      (loop $inner
        (local.set $sum (i32.add (i32.rotl (local.get $sum) (i32.const 5))
          (i32.load16_u (i32.add (i32.shl (local.get $i) (i32.const 1)) (i32.const 600)))))
        (br_if $inner (local.tee $i (i32.add (local.get $i) (i32.const 1)))))
      (br_if $outer (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  ;; The step passes the end by, and goes once round all numbers.
  (func $around (result i32) (local $i i32) (local $n i32)
    (local.set $i (i32.const 0x20000000))
    (loop $again
      (local.set $n (i32.add (i32.mul (local.get $n) (i32.const 3)) (i32.const 1)))
      (br_if $again (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 0x40000000))) (i32.const 0x20000000))))
    (local.get $n))
  (func (export "run")
    (call $log (call $fibonacci (i32.const 3)))
    (call $log (call $chain))
    (call $log (call $down (i32.const 11)))
    (call $log (call $relative (i32.const 512)))
    (call $log (call $nested (i32.const 3)))
    (call $log (call $around))))
