  ;; Comparisons, minimum and maximum of floats in integers.
  ;; Without their signs, bits above those of infinity are a NaN; with them, non-negative numbers are in the order of
  ;; their bits and negative ones in the reverse of it. The lower word of an f64 counts in that only as not 0.

  ;; Equal bits that are no NaN, or both 0.
  (func (export "f32_eq") (param $a i32) (param $b i32) (result i32)
    (if (i32.eq (local.get $a) (local.get $b))
      (then (return (i32.le_u (i32.shl (local.get $a) (i32.const 1)) (i32.const 0xff000000)))))
    (i32.eqz (i32.shl (i32.or (local.get $a) (local.get $b)) (i32.const 1))))

  (func (export "f32_lt") (param $a i32) (param $b i32) (result i32)
    (block $false
      (if (i32.ge_s (i32.or (local.get $a) (local.get $b)) (i32.const 0))
        (then
          (br_if $false (i32.gt_u (local.get $b) (i32.const 0x7f800000)))
          (return (i32.lt_u (local.get $a) (local.get $b)))))
      (br_if $false (i32.ge_s (local.get $a) (i32.const 0)))
      (br_if $false (i32.gt_u (local.get $a) (i32.const 0xff800000)))
      (if (i32.lt_s (local.get $b) (i32.const 0))
        (then (return (i32.lt_u (local.get $b) (local.get $a)))))
      (br_if $false (i32.gt_u (local.get $b) (i32.const 0x7f800000)))
      ;; -0 is not below 0.
      (return (i32.ne (i32.shl (i32.or (local.get $a) (local.get $b)) (i32.const 1)) (i32.const 0))))
    (i32.const 0))

  (func (export "f32_le") (param $a i32) (param $b i32) (result i32)
    (block $false
      (if (i32.ge_s (i32.or (local.get $a) (local.get $b)) (i32.const 0))
        (then
          (br_if $false (i32.gt_u (local.get $b) (i32.const 0x7f800000)))
          (return (i32.le_u (local.get $a) (local.get $b)))))
      (if (i32.ge_s (local.get $a) (i32.const 0))
        (then (return (i32.eqz (i32.shl (i32.or (local.get $a) (local.get $b)) (i32.const 1))))))
      (br_if $false (i32.gt_u (local.get $a) (i32.const 0xff800000)))
      (if (i32.lt_s (local.get $b) (i32.const 0))
        (then (return (i32.le_u (local.get $b) (local.get $a)))))
      (return (i32.le_u (local.get $b) (i32.const 0x7f800000))))
    (i32.const 0))

  ;; Equal bits that are no NaN, or both 0.
  (func (export "f64_eq") (param $a i64) (param $b i64) (result i32)
    (if (i64.eq (local.get $a) (local.get $b))
      (then
        (return (i32.le_u
          (i32.or
            (i32.shl (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32))) (i32.const 1))
            (i32.ne (i32.wrap_i64 (local.get $a)) (i32.const 0)))
          (i32.const 0xffe00000)))))
    (i64.eqz (i64.shl (i64.or (local.get $a) (local.get $b)) (i64.const 1))))

  (func (export "f64_lt") (param $a i64) (param $b i64) (result i32)
    (local $x i32) (local $y i32)
    (local.set $x (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32))))
    (local.set $y (i32.wrap_i64 (i64.shr_u (local.get $b) (i64.const 32))))
    (block $large
      (if (i32.ge_s (i32.or (local.get $x) (local.get $y)) (i32.const 0))
        (then
          (if (i64.ge_u (local.get $a) (local.get $b))
            (then (return (i32.const 0))))
          (br_if $large (i32.ge_u (i32.shl (local.get $y) (i32.const 1)) (i32.const 0xffe00000)))
          (return (i32.const 1))))
      (if (i32.lt_s (i32.and (local.get $x) (local.get $y)) (i32.const 0))
        (then
          (if (i64.ge_u (local.get $b) (local.get $a))
            (then (return (i32.const 0))))
          (br_if $large (i32.ge_u (i32.shl (local.get $x) (i32.const 1)) (i32.const 0xffe00000)))
          (return (i32.const 1))))
      (if (i32.ge_s (local.get $x) (i32.const 0))
        (then (return (i32.const 0))))
      (br_if $large (i32.ge_u (i32.shl (local.get $x) (i32.const 1)) (i32.const 0xffe00000)))
      (br_if $large (i32.ge_u (i32.shl (local.get $y) (i32.const 1)) (i32.const 0xffe00000)))
      ;; -0 is not below 0.
      (return (i64.ne (i64.shl (i64.or (local.get $a) (local.get $b)) (i64.const 1)) (i64.const 0))))
    ;; An infinity or a NaN: in order, unless it is a NaN.
    (i32.and
      (i32.le_u
        (i32.or (i32.shl (local.get $x) (i32.const 1)) (i32.ne (i32.wrap_i64 (local.get $a)) (i32.const 0)))
        (i32.const 0xffe00000))
      (i32.le_u
        (i32.or (i32.shl (local.get $y) (i32.const 1)) (i32.ne (i32.wrap_i64 (local.get $b)) (i32.const 0)))
        (i32.const 0xffe00000))))

  (func $f64_le (export "f64_le") (param $a i64) (param $b i64) (result i32)
    (local $x i32) (local $y i32)
    (local.set $x (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32))))
    (local.set $y (i32.wrap_i64 (i64.shr_u (local.get $b) (i64.const 32))))
    (block $large
      (if (i32.ge_s (i32.or (local.get $x) (local.get $y)) (i32.const 0))
        (then
          (if (i64.gt_u (local.get $a) (local.get $b))
            (then (return (i32.const 0))))
          (br_if $large (i32.ge_u (i32.shl (local.get $y) (i32.const 1)) (i32.const 0xffe00000)))
          (return (i32.const 1))))
      (if (i32.lt_s (i32.and (local.get $x) (local.get $y)) (i32.const 0))
        (then
          (if (i64.gt_u (local.get $b) (local.get $a))
            (then (return (i32.const 0))))
          (br_if $large (i32.ge_u (i32.shl (local.get $x) (i32.const 1)) (i32.const 0xffe00000)))
          (return (i32.const 1))))
      (if (i32.ge_s (local.get $x) (i32.const 0))
        (then (return (i64.eqz (i64.shl (i64.or (local.get $a) (local.get $b)) (i64.const 1))))))
      (br_if $large (i32.ge_u (i32.shl (local.get $x) (i32.const 1)) (i32.const 0xffe00000)))
      (br_if $large (i32.ge_u (i32.shl (local.get $y) (i32.const 1)) (i32.const 0xffe00000)))
      (return (i32.const 1)))
    ;; An infinity or a NaN: in order, unless it is a NaN.
    (i32.and
      (i32.le_u
        (i32.or (i32.shl (local.get $x) (i32.const 1)) (i32.ne (i32.wrap_i64 (local.get $a)) (i32.const 0)))
        (i32.const 0xffe00000))
      (i32.le_u
        (i32.or (i32.shl (local.get $y) (i32.const 1)) (i32.ne (i32.wrap_i64 (local.get $b)) (i32.const 0)))
        (i32.const 0xffe00000))))

  ;; All bits but the sign inverted, negative numbers are in order too, and -0 is below 0.
  (func (export "f32_min") (param $a i32) (param $b i32) (result i32)
    (block $nan
      (br_if $nan (i32.gt_u (i32.shl (local.get $a) (i32.const 1)) (i32.const 0xff000000)))
      (br_if $nan (i32.gt_u (i32.shl (local.get $b) (i32.const 1)) (i32.const 0xff000000)))
      (return (select
        (local.get $a)
        (local.get $b)
        (i32.le_s
          (i32.xor (local.get $a) (i32.shr_u (i32.shr_s (local.get $a) (i32.const 31)) (i32.const 1)))
          (i32.xor (local.get $b) (i32.shr_u (i32.shr_s (local.get $b) (i32.const 31)) (i32.const 1)))))))
    (i32.const 0x7fc00000))

  (func (export "f32_max") (param $a i32) (param $b i32) (result i32)
    (block $nan
      (br_if $nan (i32.gt_u (i32.shl (local.get $a) (i32.const 1)) (i32.const 0xff000000)))
      (br_if $nan (i32.gt_u (i32.shl (local.get $b) (i32.const 1)) (i32.const 0xff000000)))
      (return (select
        (local.get $a)
        (local.get $b)
        (i32.ge_s
          (i32.xor (local.get $a) (i32.shr_u (i32.shr_s (local.get $a) (i32.const 31)) (i32.const 1)))
          (i32.xor (local.get $b) (i32.shr_u (i32.shr_s (local.get $b) (i32.const 31)) (i32.const 1)))))))
    (i32.const 0x7fc00000))

  (func (export "f64_min") (param $a i64) (param $b i64) (result i64)
    (local $x i32) (local $y i32)
    (block $large
      (local.set $x (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32))))
      (local.set $y (i32.wrap_i64 (i64.shr_u (local.get $b) (i64.const 32))))
      (br_if $large (i32.ge_u (i32.shl (local.get $x) (i32.const 1)) (i32.const 0xffe00000)))
      (br_if $large (i32.ge_u (i32.shl (local.get $y) (i32.const 1)) (i32.const 0xffe00000)))
      (if (i32.lt_s (i32.and (local.get $x) (local.get $y)) (i32.const 0))
        (then (return (select (local.get $a) (local.get $b) (i64.gt_u (local.get $a) (local.get $b))))))
      (return (select (local.get $a) (local.get $b) (i64.lt_s (local.get $a) (local.get $b)))))
    (if (call $f64_le (local.get $a) (local.get $b))
      (then (return (local.get $a))))
    (select
      (local.get $b)
      (i64.const 0x7ff8000000000000)
      (call $f64_le (local.get $b) (local.get $a))))

  (func (export "f64_max") (param $a i64) (param $b i64) (result i64)
    (local $x i32) (local $y i32)
    (block $large
      (local.set $x (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32))))
      (local.set $y (i32.wrap_i64 (i64.shr_u (local.get $b) (i64.const 32))))
      (br_if $large (i32.ge_u (i32.shl (local.get $x) (i32.const 1)) (i32.const 0xffe00000)))
      (br_if $large (i32.ge_u (i32.shl (local.get $y) (i32.const 1)) (i32.const 0xffe00000)))
      (if (i32.lt_s (i32.and (local.get $x) (local.get $y)) (i32.const 0))
        (then (return (select (local.get $a) (local.get $b) (i64.lt_u (local.get $a) (local.get $b))))))
      (return (select (local.get $a) (local.get $b) (i64.gt_s (local.get $a) (local.get $b)))))
    (if (call $f64_le (local.get $b) (local.get $a))
      (then (return (local.get $a))))
    (select
      (local.get $b)
      (i64.const 0x7ff8000000000000)
      (call $f64_le (local.get $a) (local.get $b))))
