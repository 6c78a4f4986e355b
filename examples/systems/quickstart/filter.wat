;; The component `filter`: keeps the last three readings and gives their median.
(module
  ;; Functions of the kernel that every component may import.
  (import "compose" "write" (func $write (param $text i32) (param $length i32)))
  (import "compose" "log_u32" (func $log_u32 (param i32)))

  ;; One page of 64 KiB by declaration. The module never asks for the size and uses little, so the manifest's budget
  ;; may be far below that.
  (memory (export "memory") 1)
  (data (i32.const 16) "filter: readings seen: ")

  ;; Bytes 0..12: the last three readings, the newest one first.
  (global $seen (mut i32) (i32.const 0))

  (func $max (param $a i32) (param $b i32) (result i32)
    (select (local.get $a) (local.get $b) (i32.gt_s (local.get $a) (local.get $b))))
  (func $min (param $a i32) (param $b i32) (result i32)
    (select (local.get $a) (local.get $b) (i32.lt_s (local.get $a) (local.get $b))))

  ;; One reading in, the median of the last three out. Until there are three, the first one stands for the missing ones.
  (func (export "push") (param $reading i32) (result i32)
    (local $a i32) (local $b i32)
    (if (i32.eqz (global.get $seen))
      (then
        (i32.store (i32.const 0) (local.get $reading))
        (i32.store (i32.const 4) (local.get $reading))))
    (global.set $seen (i32.add (global.get $seen) (i32.const 1)))
    ;; Move the older two along.
    (i64.store (i32.const 4) (i64.load (i32.const 0)))
    (i32.store (i32.const 0) (local.get $reading))
    (local.set $a (i32.load (i32.const 4)))
    (local.set $b (i32.load (i32.const 8)))
    ;; median = max(min(a, b), min(max(a, b), reading))
    (call $max
      (call $min (local.get $a) (local.get $b))
      (call $min (call $max (local.get $a) (local.get $b)) (local.get $reading))))

  ;; Says how many readings there were.
  (func (export "report")
    (call $write (i32.const 16) (i32.const 23))
    (call $log_u32 (global.get $seen))))
