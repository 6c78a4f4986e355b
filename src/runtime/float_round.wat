  ;; Floats in integers, rounded to integers.
  ;;
  ;; `mask` is the bits behind the point of a number in 1..2^23 (2^52). Adding them, or half of them, to the
  ;; bits carries into what is before the point, and into the exponent where it must.

  ;; What is outside 1..2^23 and not less than 1: an integer already, or a NaN.
  (func $f32_integral (param $a i32) (result i32)
    (select
      (i32.const 0x7fc00000)
      (local.get $a)
      (i32.gt_u (i32.shl (local.get $a) (i32.const 1)) (i32.const 0xff000000))))

  (func (export "f32_trunc") (param $a i32) (result i32)
    (local $n i32) (local $mask i32)
    (local.set $n (i32.sub
      (i32.and (i32.shr_u (local.get $a) (i32.const 23)) (i32.const 0xff))
      (i32.const 127)))
    (if (i32.lt_u (local.get $n) (i32.const 23))
      (then
        (local.set $mask (i32.shr_u (i32.const 0x7fffff) (local.get $n)))
        (return (i32.and
          (local.get $a)
          (i32.xor (local.get $mask) (i32.const -1))))))
    (if (i32.gt_s (local.get $n) (i32.const 0))
      (then (return (call $f32_integral (local.get $a)))))
    (i32.and (local.get $a) (i32.const 0x80000000)))

  (func (export "f32_floor") (param $a i32) (result i32)
    (local $n i32) (local $mask i32)
    (local.set $n (i32.sub
      (i32.and (i32.shr_u (local.get $a) (i32.const 23)) (i32.const 0xff))
      (i32.const 127)))
    (if (i32.lt_u (local.get $n) (i32.const 23))
      (then
        (local.set $mask (i32.shr_u (i32.const 0x7fffff) (local.get $n)))
        (return (i32.and
          (i32.add
            (local.get $a)
            (i32.and (local.get $mask) (i32.shr_s (local.get $a) (i32.const 31))))
          (i32.xor (local.get $mask) (i32.const -1))))))
    (if (i32.gt_s (local.get $n) (i32.const 0))
      (then (return (call $f32_integral (local.get $a)))))
    ;; -1 if it is negative, and no 0.
    (select
      (i32.const 0xbf800000)
      (i32.and (local.get $a) (i32.const 0x80000000))
      (i32.gt_u (local.get $a) (i32.const 0x80000000))))

  (func (export "f32_ceil") (param $a i32) (result i32)
    (local $n i32) (local $mask i32)
    (local.set $n (i32.sub
      (i32.and (i32.shr_u (local.get $a) (i32.const 23)) (i32.const 0xff))
      (i32.const 127)))
    (if (i32.lt_u (local.get $n) (i32.const 23))
      (then
        (local.set $mask (i32.shr_u (i32.const 0x7fffff) (local.get $n)))
        (return (i32.and
          (i32.add
            (local.get $a)
            (i32.and (local.get $mask) (i32.xor (i32.shr_s (local.get $a) (i32.const 31)) (i32.const -1))))
          (i32.xor (local.get $mask) (i32.const -1))))))
    (if (i32.gt_s (local.get $n) (i32.const 0))
      (then (return (call $f32_integral (local.get $a)))))
    (select
      (i32.const 0x3f800000)
      (i32.and (local.get $a) (i32.const 0x80000000))
      (i32.gt_s (local.get $a) (i32.const 0))))

  (func (export "f32_nearest") (param $a i32) (result i32)
    (local $n i32) (local $mask i32)
    (local.set $n (i32.sub
      (i32.and (i32.shr_u (local.get $a) (i32.const 23)) (i32.const 0xff))
      (i32.const 127)))
    (if (i32.lt_u (local.get $n) (i32.const 23))
      (then
        (local.set $mask (i32.shr_u (i32.const 0x7fffff) (local.get $n)))
        (return (i32.and
          (i32.add
            (i32.add (local.get $a) (i32.shr_u (local.get $mask) (i32.const 1)))
            ;; Odd before the point; for 1.x this is a bit of the exponent, which is odd as well.
            (i32.and
              (i32.shr_u (local.get $a) (i32.sub (i32.const 23) (local.get $n)))
              (i32.const 1)))
          (i32.xor (local.get $mask) (i32.const -1))))))
    (if (i32.gt_s (local.get $n) (i32.const 0))
      (then (return (call $f32_integral (local.get $a)))))
    ;; Above a half it is 1.
    (i32.or
      (i32.and (local.get $a) (i32.const 0x80000000))
      (select
        (i32.const 0x3f800000)
        (i32.const 0)
        (i32.gt_u (i32.shl (local.get $a) (i32.const 1)) (i32.const 0x7e000000)))))

  (func $f64_integral (param $a i64) (result i64)
    (select
      (i64.const 0x7ff8000000000000)
      (local.get $a)
      (i32.gt_u (call $f64_magnitude (local.get $a)) (i32.const 0xffe00000))))

  ;; The bits behind the point of 1.x * 2^n, n in 0..52.
  (func $f64_mask (param $n i32) (result i64)
    (if (i32.ge_u (local.get $n) (i32.const 20))
      (then
        (return (i64.extend_i32_u
          (i32.shr_u (i32.const -1) (i32.sub (local.get $n) (i32.const 20)))))))
    (i64.or
      (i64.shl
        (i64.extend_i32_u (i32.shr_u (i32.const 0xfffff) (local.get $n)))
        (i64.const 32))
      (i64.const 0xffffffff)))

  (func (export "f64_trunc") (param $a i64) (result i64)
    (local $n i32) (local $mask i64)
    (local.set $n (i32.sub
      (i32.and (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 52))) (i32.const 0x7ff))
      (i32.const 1023)))
    (if (i32.lt_u (local.get $n) (i32.const 52))
      (then
        (local.set $mask (call $f64_mask (local.get $n)))
        (return (i64.and
          (local.get $a)
          (i64.xor (local.get $mask) (i64.const -1))))))
    (if (i32.gt_s (local.get $n) (i32.const 0))
      (then (return (call $f64_integral (local.get $a)))))
    (i64.and (local.get $a) (i64.const 0x8000000000000000)))

  (func (export "f64_floor") (param $a i64) (result i64)
    (local $n i32) (local $mask i64)
    (local.set $n (i32.sub
      (i32.and (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 52))) (i32.const 0x7ff))
      (i32.const 1023)))
    (if (i32.lt_u (local.get $n) (i32.const 52))
      (then
        (local.set $mask (call $f64_mask (local.get $n)))
        (return (i64.and
          (i64.add
            (local.get $a)
            (i64.and (local.get $mask) (i64.shr_s (local.get $a) (i64.const 63))))
          (i64.xor (local.get $mask) (i64.const -1))))))
    (if (i32.gt_s (local.get $n) (i32.const 0))
      (then (return (call $f64_integral (local.get $a)))))
    (select
      (i64.const 0xbff0000000000000)
      (i64.and (local.get $a) (i64.const 0x8000000000000000))
      (i64.gt_u (local.get $a) (i64.const 0x8000000000000000))))

  (func (export "f64_ceil") (param $a i64) (result i64)
    (local $n i32) (local $mask i64)
    (local.set $n (i32.sub
      (i32.and (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 52))) (i32.const 0x7ff))
      (i32.const 1023)))
    (if (i32.lt_u (local.get $n) (i32.const 52))
      (then
        (local.set $mask (call $f64_mask (local.get $n)))
        (return (i64.and
          (i64.add
            (local.get $a)
            (i64.and (local.get $mask) (i64.xor (i64.shr_s (local.get $a) (i64.const 63)) (i64.const -1))))
          (i64.xor (local.get $mask) (i64.const -1))))))
    (if (i32.gt_s (local.get $n) (i32.const 0))
      (then (return (call $f64_integral (local.get $a)))))
    (select
      (i64.const 0x3ff0000000000000)
      (i64.and (local.get $a) (i64.const 0x8000000000000000))
      (i64.gt_s (local.get $a) (i64.const 0))))

  (func (export "f64_nearest") (param $a i64) (result i64)
    (local $n i32) (local $mask i64)
    (local.set $n (i32.sub
      (i32.and (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 52))) (i32.const 0x7ff))
      (i32.const 1023)))
    (if (i32.lt_u (local.get $n) (i32.const 52))
      (then
        (local.set $mask (call $f64_mask (local.get $n)))
        (return (i64.and
          (i64.add
            (i64.add (local.get $a) (i64.shr_u (local.get $mask) (i64.const 1)))
            ;; The bit above the mask: odd before the point.
            (i64.extend_i32_u (i64.ne
              (i64.and (local.get $a) (i64.add (local.get $mask) (i64.const 1)))
              (i64.const 0))))
          (i64.xor (local.get $mask) (i64.const -1))))))
    (if (i32.gt_s (local.get $n) (i32.const 0))
      (then (return (call $f64_integral (local.get $a)))))
    (i64.or
      (i64.and (local.get $a) (i64.const 0x8000000000000000))
      (select
        (i64.const 0x3ff0000000000000)
        (i64.const 0)
        (i64.gt_u (i64.shl (local.get $a) (i64.const 1)) (i64.const 0x7fc0000000000000)))))
