;; One module with two memories. Copies go from one to the other and back; a store past the end of the second does not
;; reach the first.
(module
  (import "compose" "write" (func $write (param i32 i32)))
  (import "compose" "log_u32" (func $log_u32 (param i32)))

  ;; Sizes are exact: a custom page size of one byte.
  (memory $main (export "main") 768 (pagesize 1))
  (memory $scratch (export "scratch") 256 (pagesize 1))
  (data (memory $main) (i32.const 512) "copier: checksum of main, scratch, and main again:\0a")

  ;; The sum of byte * (1 + its place) over 256 bytes: a byte that is wrong or out of place changes it.
  (func $sum_main (param $at i32) (result i32)
    (local $place i32) (local $sum i32)
    (loop $next
      (local.set $sum
        (i32.add
          (local.get $sum)
          (i32.mul
            (i32.add (local.get $place) (i32.const 1))
            (i32.load8_u $main (i32.add (local.get $at) (local.get $place))))))
      (local.set $place (i32.add (local.get $place) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $place) (i32.const 256))))
    (local.get $sum))

  (func $sum_scratch (result i32)
    (local $place i32) (local $sum i32)
    (loop $next
      (local.set $sum
        (i32.add
          (local.get $sum)
          (i32.mul (i32.add (local.get $place) (i32.const 1)) (i32.load8_u $scratch (local.get $place)))))
      (local.set $place (i32.add (local.get $place) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $place) (i32.const 256))))
    (local.get $sum))

  ;; main[0..256] -> scratch -> main[256..512], and the checksum of each: three times the same number.
  (func (export "copy")
    (local $i i32)
    (loop $next
      (i32.store8 $main (local.get $i) (i32.mul (local.get $i) (local.get $i)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 256))))
    (memory.copy $scratch $main (i32.const 0) (i32.const 0) (i32.const 256))
    (memory.copy $main $scratch (i32.const 256) (i32.const 0) (i32.const 256))
    (call $write (i32.const 512) (i32.const 51))
    (call $log_u32 (call $sum_main (i32.const 0)))
    (call $log_u32 (call $sum_scratch))
    (call $log_u32 (call $sum_main (i32.const 256))))

  ;; Stores just past the end of `scratch`, having said so.
  (data (memory $main) (i32.const 576) "copier: storing past the end of scratch\0a")
  (func (export "beyond")
    (call $write (i32.const 576) (i32.const 40))
    (call $store_past)
    (unreachable))
  (func $store_past
    (i32.store8 $scratch (i32.const 256) (i32.const 0xff))))
