  ;; Conversions between integers and floats in integers, and between the float formats; f32.wat tells about these.

  (func (export "f32_convert_i32_u") (param $a i32) (result i32)
    (call $f32_from_u32 (i32.const 0) (local.get $a)))

  (func (export "f32_convert_i32_s") (param $a i32) (result i32)
    (local $sign i32)
    (local.set $sign (i32.shr_s (local.get $a) (i32.const 31)))
    (call $f32_from_u32
      (local.get $sign)
      (i32.sub (i32.xor (local.get $a) (local.get $sign)) (local.get $sign))))

  ;; The sign is that of `sign`, but 0 is positive.
  (func $f32_from_u32 (param $sign i32) (param $a i32) (result i32)
    (local $n i32) (local $r i32)
    (if (i32.eqz (local.get $a))
      (then (return (i32.const 0))))
    (local.set $n (i32.clz (local.get $a)))
    (local.set $a (i32.shl (local.get $a) (local.get $n)))
    (local.set $r (i32.add
      (i32.add
        (i32.or
          (i32.and (local.get $sign) (i32.const 0x80000000))
          (i32.shl (i32.sub (i32.const 157) (local.get $n)) (i32.const 23)))
        (i32.shr_u (local.get $a) (i32.const 8)))
      (i32.and (i32.shr_u (local.get $a) (i32.const 7)) (i32.const 1))))
    (if (i32.eq (i32.and (local.get $a) (i32.const 0xff)) (i32.const 0x80))
      (then (return (i32.and (local.get $r) (i32.const -2)))))
    (local.get $r))

  (func (export "f32_convert_i64_u") (param $a i64) (result i32)
    (call $f32_from_u64 (i32.const 0) (local.get $a)))

  (func (export "f32_convert_i64_s") (param $a i64) (result i32)
    (local $sign i64)
    (local.set $sign (i64.shr_s (local.get $a) (i64.const 63)))
    (call $f32_from_u64
      (i32.wrap_i64 (local.get $sign))
      (i64.sub (i64.xor (local.get $a) (local.get $sign)) (local.get $sign))))

  (func $f32_from_u64 (param $sign i32) (param $a i64) (result i32)
    (local $n i32)
    (local.set $n (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32))))
    (if (i32.eqz (local.get $n))
      (then (return (call $f32_from_u32 (local.get $sign) (i32.wrap_i64 (local.get $a))))))
    (local.set $n (i32.clz (local.get $n)))
    (local.set $a (i64.mul (local.get $a) (i64.extend_i32_u (i32.shl (i32.const 1) (local.get $n)))))
    ;; The upper 32 bits, the lowest one set if more follow, times 2^32.
    (local.set $sign (call $f32_from_u32
      (local.get $sign)
      (i32.or
        (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32)))
        (i32.ne (i32.wrap_i64 (local.get $a)) (i32.const 0)))))
    (i32.add
      (local.get $sign)
      (i32.shl (i32.sub (i32.const 32) (local.get $n)) (i32.const 23))))

  (func (export "f64_convert_i32_u") (param $a i32) (result i64)
    (call $f64_from_u32 (i32.const 0) (local.get $a)))

  (func (export "f64_convert_i32_s") (param $a i32) (result i64)
    (local $sign i32)
    (local.set $sign (i32.shr_s (local.get $a) (i32.const 31)))
    (call $f64_from_u32
      (local.get $sign)
      (i32.sub (i32.xor (local.get $a) (local.get $sign)) (local.get $sign))))

  (func $f64_from_u32 (param $sign i32) (param $a i32) (result i64)
    (local $n i32)
    (if (i32.eqz (local.get $a))
      (then (return (i64.const 0))))
    (local.set $n (i32.clz (local.get $a)))
    (i64.add
      (i64.shl (i64.extend_i32_u (i32.shl (local.get $a) (local.get $n))) (i64.const 21))
      (i64.shl
        (i64.extend_i32_u (i32.or
          (i32.and (local.get $sign) (i32.const 0x80000000))
          (i32.shl (i32.sub (i32.const 1053) (local.get $n)) (i32.const 20))))
        (i64.const 32))))

  (func (export "f64_convert_i64_u") (param $a i64) (result i64)
    (call $f64_from_u64 (i32.const 0) (local.get $a)))

  (func (export "f64_convert_i64_s") (param $a i64) (result i64)
    (local $sign i64)
    (local.set $sign (i64.shr_s (local.get $a) (i64.const 63)))
    (call $f64_from_u64
      (i32.wrap_i64 (local.get $sign))
      (i64.sub (i64.xor (local.get $a) (local.get $sign)) (local.get $sign))))

  (func $f64_from_u64 (param $sign i32) (param $a i64) (result i64)
    (local $n i32) (local $r i64)
    (local.set $n (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32))))
    (if (i32.eqz (local.get $n))
      (then (return (call $f64_from_u32 (local.get $sign) (i32.wrap_i64 (local.get $a))))))
    (local.set $n (i32.clz (local.get $n)))
    (local.set $a (i64.mul (local.get $a) (i64.extend_i32_u (i32.shl (i32.const 1) (local.get $n)))))
    (local.set $r (i64.add
      (i64.shr_u (local.get $a) (i64.const 11))
      (i64.extend_i32_u
        (i32.and (i32.shr_u (i32.wrap_i64 (local.get $a)) (i32.const 10)) (i32.const 1)))))
    (if (i32.eq (i32.and (i32.wrap_i64 (local.get $a)) (i32.const 0x7ff)) (i32.const 0x400))
      (then (local.set $r (i64.and (local.get $r) (i64.const -2)))))
    (i64.add
      (local.get $r)
      (i64.shl
        (i64.extend_i32_u (i32.or
          (i32.and (local.get $sign) (i32.const 0x80000000))
          (i32.shl (i32.sub (i32.const 1085) (local.get $n)) (i32.const 20))))
        (i64.const 32))))

  (func (export "f64_promote_f32") (param $a i32) (result i64)
    (local $x i32)
    (local.set $x (i32.shl (local.get $a) (i32.const 1)))
    (if (i32.lt_u (i32.sub (local.get $x) (i32.const 0x01000000)) (i32.const 0xfe000000))
      (then
        (return (i64.or
          (i64.shl
            (i64.extend_i32_u (i32.or
              (i32.add (i32.shr_u (local.get $x) (i32.const 4)) (i32.const 0x38000000))
              (i32.and (local.get $a) (i32.const 0x80000000))))
            (i64.const 32))
          (i64.extend_i32_u (i32.shl (local.get $a) (i32.const 29)))))))
    (if (i32.gt_u (local.get $x) (i32.const 0xff000000))
      (then (return (i64.const 0x7ff8000000000000))))
    (if (i32.eq (local.get $x) (i32.const 0xff000000))
      (then
        (return (i64.shl
          (i64.extend_i32_u (i32.or (local.get $a) (i32.const 0x7ff00000)))
          (i64.const 32)))))
    ;; Subnormal: an integer times 2^-149.
    (local.set $x (i32.shr_u (local.get $x) (i32.const 1)))
    (if (i32.eqz (local.get $x))
      (then (return (i64.shl (i64.extend_i32_u (local.get $a)) (i64.const 32)))))
    (i64.sub
      (call $f64_from_u32 (local.get $a) (local.get $x))
      (i64.const 0x0950000000000000)))

  (func (export "f32_demote_f64") (param $a i64) (result i32)
    (local $e i32) (local $f i32) (local $h i32) (local $r i32)
    (local.set $h (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32))))
    ;; The exponent of the result, less one.
    (local.set $e (i32.sub
      (i32.and (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 52))) (i32.const 0x7ff))
      (i32.const 897)))
    (local.set $f (i32.shl (i32.wrap_i64 (local.get $a)) (i32.const 3)))
    (local.set $r (i32.or
      (i32.shl (i32.or (i32.and (local.get $h) (i32.const 0xfffff)) (i32.const 0x100000)) (i32.const 3))
      (i32.shr_u (i32.wrap_i64 (local.get $a)) (i32.const 29))))
    (if (i32.lt_u (local.get $e) (i32.const 254))
      (then
        (local.set $r (i32.add (local.get $r) (i32.shr_u (local.get $f) (i32.const 31))))
        (if (i32.eq (local.get $f) (i32.const 0x80000000))
          (then (local.set $r (i32.and (local.get $r) (i32.const -2)))))
        (return (i32.or
          (i32.add (local.get $r) (i32.shl (local.get $e) (i32.const 23)))
          (i32.and (local.get $h) (i32.const 0x80000000))))))
    (if (i32.gt_u (call $f64_magnitude (local.get $a)) (i32.const 0xffe00000))
      (then (return (i32.const 0x7fc00000))))
    ;; Of 0 and subnormals nothing remains, and pack does not care what goes.
    (call $f32_pack
      (local.get $h)
      (i32.or
        (i32.or (i32.shl (local.get $r) (i32.const 8)) (i32.shr_u (local.get $f) (i32.const 24)))
        (i32.ne (i32.shl (local.get $f) (i32.const 8)) (i32.const 0)))
      (local.get $e)))

  ;; To integers, rounding to 0. The nearest one where it is out of range, 0 for a NaN.
  (func (export "f32_trunc_sat_i32_s") (param $a i32) (result i32)
    (local $n i32)
    ;; How far to shift right a significand at the top.
    (local.set $n (i32.sub
      (i32.const 158)
      (i32.and (i32.shr_u (local.get $a) (i32.const 23)) (i32.const 0xff))))
    (if (i32.gt_s (local.get $n) (i32.const 31))
      (then (return (i32.const 0))))
    (if (i32.le_s (local.get $n) (i32.const 0))
      (then
        (return (select
          (i32.const 0)
          (i32.xor (i32.shr_s (local.get $a) (i32.const 31)) (i32.const 0x7fffffff))
          (i32.gt_u (i32.shl (local.get $a) (i32.const 1)) (i32.const 0xff000000))))))
    (local.set $n (i32.shr_u
      (i32.or (i32.shl (local.get $a) (i32.const 8)) (i32.const 0x80000000))
      (local.get $n)))
    (local.set $a (i32.shr_s (local.get $a) (i32.const 31)))
    (i32.sub (i32.xor (local.get $n) (local.get $a)) (local.get $a)))

  (func (export "f32_trunc_sat_i32_u") (param $a i32) (result i32)
    (local $n i32)
    (if (i32.lt_s (local.get $a) (i32.const 0))
      (then (return (i32.const 0))))
    (local.set $n (i32.sub (i32.const 158) (i32.shr_u (local.get $a) (i32.const 23))))
    (if (i32.gt_s (local.get $n) (i32.const 31))
      (then (return (i32.const 0))))
    (if (i32.lt_s (local.get $n) (i32.const 0))
      (then
        (return (select (i32.const 0) (i32.const -1) (i32.gt_u (local.get $a) (i32.const 0x7f800000))))))
    (i32.shr_u
      (i32.or (i32.shl (local.get $a) (i32.const 8)) (i32.const 0x80000000))
      (local.get $n)))

  (func (export "f32_trunc_sat_i64_s") (param $a i32) (result i64)
    (local $n i32) (local $m i64)
    (local.set $n (i32.sub
      (i32.and (i32.shr_u (local.get $a) (i32.const 23)) (i32.const 0xff))
      (i32.const 127)))
    (if (i32.lt_s (local.get $n) (i32.const 0))
      (then (return (i64.const 0))))
    (local.set $m (i64.extend_i32_s (i32.shr_s (local.get $a) (i32.const 31))))
    (if (i32.ge_s (local.get $n) (i32.const 63))
      (then
        (return (select
          (i64.const 0)
          (i64.xor (local.get $m) (i64.const 0x7fffffffffffffff))
          (i32.gt_u (i32.shl (local.get $a) (i32.const 1)) (i32.const 0xff000000))))))
    (i64.sub
      (i64.xor (call $f32_magnitude (local.get $a) (local.get $n)) (local.get $m))
      (local.get $m)))

  (func (export "f32_trunc_sat_i64_u") (param $a i32) (result i64)
    (local $n i32)
    (local.set $n (i32.sub (i32.shr_u (local.get $a) (i32.const 23)) (i32.const 127)))
    (if (i32.lt_s (local.get $a) (i32.const 0))
      (then (return (i64.const 0))))
    (if (i32.lt_s (local.get $n) (i32.const 0))
      (then (return (i64.const 0))))
    (if (i32.ge_s (local.get $n) (i32.const 64))
      (then
        (return (select (i64.const 0) (i64.const -1) (i32.gt_u (local.get $a) (i32.const 0x7f800000))))))
    (call $f32_magnitude (local.get $a) (local.get $n)))

  ;; |a| = 1.x * 2^n, n in 0..64.
  (func $f32_magnitude (param $a i32) (param $n i32) (result i64)
    (local.set $a (i32.or (i32.shl (local.get $a) (i32.const 8)) (i32.const 0x80000000)))
    (if (i32.lt_u (local.get $n) (i32.const 32))
      (then (return (i64.extend_i32_u (i32.shr_u (local.get $a) (i32.sub (i32.const 31) (local.get $n)))))))
    (i64.mul
      (i64.extend_i32_u (local.get $a))
      (i64.shl (i64.const 1) (i64.extend_i32_u (i32.sub (local.get $n) (i32.const 31))))))

  (func (export "f64_trunc_sat_i32_s") (param $a i64) (result i32)
    (local $n i32) (local $h i32)
    (local.set $h (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32))))
    (local.set $n (i32.sub
      (i32.const 1054)
      (i32.and (i32.shr_u (local.get $h) (i32.const 20)) (i32.const 0x7ff))))
    (if (i32.gt_s (local.get $n) (i32.const 31))
      (then (return (i32.const 0))))
    (if (i32.le_s (local.get $n) (i32.const 0))
      (then
        (return (select
          (i32.const 0)
          (i32.xor (i32.shr_s (local.get $h) (i32.const 31)) (i32.const 0x7fffffff))
          (i32.gt_u
            (i32.or (i32.shl (local.get $h) (i32.const 1)) (i32.ne (i32.wrap_i64 (local.get $a)) (i32.const 0)))
            (i32.const 0xffe00000))))))
    (local.set $n (i32.shr_u
      (i32.or (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 21))) (i32.const 0x80000000))
      (local.get $n)))
    (local.set $h (i32.shr_s (local.get $h) (i32.const 31)))
    (i32.sub (i32.xor (local.get $n) (local.get $h)) (local.get $h)))

  (func (export "f64_trunc_sat_i32_u") (param $a i64) (result i32)
    (local $n i32)
    (local.set $n (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32))))
    (if (i32.lt_s (local.get $n) (i32.const 0))
      (then (return (i32.const 0))))
    (local.set $n (i32.sub (i32.const 1054) (i32.shr_u (local.get $n) (i32.const 20))))
    (if (i32.gt_s (local.get $n) (i32.const 31))
      (then (return (i32.const 0))))
    (if (i32.lt_s (local.get $n) (i32.const 0))
      (then
        (return (select
          (i32.const 0)
          (i32.const -1)
          (i64.gt_u (local.get $a) (i64.const 0x7ff0000000000000))))))
    (i32.shr_u
      (i32.or (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 21))) (i32.const 0x80000000))
      (local.get $n)))

  (func (export "f64_trunc_sat_i64_s") (param $a i64) (result i64)
    (local $n i32) (local $sign i64)
    (local.set $n (i32.sub
      (i32.const 1086)
      (i32.and (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 52))) (i32.const 0x7ff))))
    (if (i32.gt_s (local.get $n) (i32.const 63))
      (then (return (i64.const 0))))
    (local.set $sign (i64.shr_s (local.get $a) (i64.const 63)))
    (if (i32.le_s (local.get $n) (i32.const 0))
      (then
        (return (select
          (i64.const 0)
          (i64.xor (local.get $sign) (i64.const 0x7fffffffffffffff))
          (i32.gt_u
            (i32.or
              (i32.shl (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32))) (i32.const 1))
              (i32.ne (i32.wrap_i64 (local.get $a)) (i32.const 0)))
            (i32.const 0xffe00000))))))
    (i64.sub
      (i64.xor
        (i64.shr_u
          (i64.or (i64.shl (local.get $a) (i64.const 11)) (i64.const 0x8000000000000000))
          (i64.extend_i32_u (local.get $n)))
        (local.get $sign))
      (local.get $sign)))

  (func (export "f64_trunc_sat_i64_u") (param $a i64) (result i64)
    (local $n i32)
    (local.set $n (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32))))
    (if (i32.lt_s (local.get $n) (i32.const 0))
      (then (return (i64.const 0))))
    (local.set $n (i32.sub (i32.const 1086) (i32.shr_u (local.get $n) (i32.const 20))))
    (if (i32.gt_s (local.get $n) (i32.const 63))
      (then (return (i64.const 0))))
    (if (i32.lt_s (local.get $n) (i32.const 0))
      (then
        (return (select
          (i64.const 0)
          (i64.const -1)
          (i64.gt_u (local.get $a) (i64.const 0x7ff0000000000000))))))
    (i64.shr_u
      (i64.or (i64.shl (local.get $a) (i64.const 11)) (i64.const 0x8000000000000000))
      (i64.extend_i32_u (local.get $n))))

  ;; Whether truncation has a result: 0, or the code of the trap, 7 out of range or 8 for a NaN. In range are the
  ;; non-negative numbers below the first limit and the negative ones whose magnitude is below the second.
  (func $f32_trunc_status (param $a i32) (param $limit i32) (param $negative i32) (result i32)
    (if (i32.lt_u (local.get $a) (local.get $limit))
      (then (return (i32.const 0))))
    (if (i32.lt_u (i32.xor (local.get $a) (i32.const 0x80000000)) (local.get $negative))
      (then (return (i32.const 0))))
    (i32.add
      (i32.gt_u (i32.shl (local.get $a) (i32.const 1)) (i32.const 0xff000000))
      (i32.const 7)))

  (func (export "f32_trunc_status_i32_s") (param $a i32) (result i32)
    (call $f32_trunc_status (local.get $a) (i32.const 0x4f000000) (i32.const 0x4f000001)))

  (func (export "f32_trunc_status_i32_u") (param $a i32) (result i32)
    (call $f32_trunc_status (local.get $a) (i32.const 0x4f800000) (i32.const 0x3f800000)))

  (func (export "f32_trunc_status_i64_s") (param $a i32) (result i32)
    (call $f32_trunc_status (local.get $a) (i32.const 0x5f000000) (i32.const 0x5f000001)))

  (func (export "f32_trunc_status_i64_u") (param $a i32) (result i32)
    (call $f32_trunc_status (local.get $a) (i32.const 0x5f800000) (i32.const 0x3f800000)))

  (func $f64_trunc_status (param $a i64) (param $limit i64) (param $negative i64) (result i32)
    (if (i64.lt_u (local.get $a) (local.get $limit))
      (then (return (i32.const 0))))
    (if (i64.lt_u (i64.xor (local.get $a) (i64.const 0x8000000000000000)) (local.get $negative))
      (then (return (i32.const 0))))
    (i32.add
      (i32.gt_u (call $f64_magnitude (local.get $a)) (i32.const 0xffe00000))
      (i32.const 7)))

  (func (export "f64_trunc_status_i32_s") (param $a i64) (result i32)
    (if (i32.lt_u
        (i32.shl (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32))) (i32.const 1))
        (i32.const 0x83c00000))
      (then (return (i32.const 0))))
    (call $f64_trunc_status (local.get $a) (i64.const 0x41e0000000000000) (i64.const 0x41e0000000200000)))

  (func (export "f64_trunc_status_i32_u") (param $a i64) (result i32)
    (if (i32.lt_u (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32))) (i32.const 0x41f00000))
      (then (return (i32.const 0))))
    (call $f64_trunc_status (local.get $a) (i64.const 0x41f0000000000000) (i64.const 0x3ff0000000000000)))

  (func (export "f64_trunc_status_i64_s") (param $a i64) (result i32)
    (if (i32.lt_u
        (i32.shl (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32))) (i32.const 1))
        (i32.const 0x87c00000))
      (then (return (i32.const 0))))
    (call $f64_trunc_status (local.get $a) (i64.const 0x43e0000000000000) (i64.const 0x43e0000000000001)))

  (func (export "f64_trunc_status_i64_u") (param $a i64) (result i32)
    (if (i32.lt_u (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32))) (i32.const 0x43f00000))
      (then (return (i32.const 0))))
    (call $f64_trunc_status (local.get $a) (i64.const 0x43f0000000000000) (i64.const 0x3ff0000000000000)))
