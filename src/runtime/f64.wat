  ;; Arithmetic on f64, in the manner of f32.wat: an i64 holds the bits, sign 1, exponent 11 (biased by 1023), fraction
  ;; 52. The fraction behind a significand is a word. The tests for what may go the fast way are cheap, not exact: they
  ;; leave some more to the slow functions.

  (func $f64_add (export "f64_add") (param $a i64) (param $b i64) (result i64)
    (local $e i32) (local $d i32) (local $f i32) (local $x i32) (local $m i64) (local $s i64)
    (local.set $e (i32.and (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 52))) (i32.const 0x7ff)))
    (local.set $d (i32.sub
      (local.get $e)
      (i32.and (i32.wrap_i64 (i64.shr_u (local.get $b) (i64.const 52))) (i32.const 0x7ff))))
    (if (i32.lt_s (local.get $d) (i32.const 0))
      (then
        (local.set $s (local.get $a))
        (local.set $a (local.get $b))
        (local.set $b (local.get $s))
        (local.set $e (i32.sub (local.get $e) (local.get $d)))
        (local.set $d (i32.sub (i32.const 0) (local.get $d)))))
    (block $slow
      (br_if $slow (i32.ge_u (local.get $e) (i32.const 0x7f8)))
      (br_if $slow (i32.eq (local.get $e) (local.get $d)))
      (local.set $m (i64.or
        (i64.and (local.get $b) (i64.const 0xfffffffffffff))
        (i64.const 0x10000000000000)))
      ;; Negative where the signs differ.
      (local.set $x (i32.wrap_i64 (i64.shr_u (i64.xor (local.get $a) (local.get $b)) (i64.const 32))))
      (if (i32.ge_u (i32.sub (local.get $d) (i32.const 2)) (i32.const 30))
        (then
          (if (i32.gt_u (local.get $d) (i32.const 1))
            (then
              (br_if $slow (i32.le_u (local.get $d) (i32.const 55)))
              (return (local.get $a))))
          (if (i32.lt_s (local.get $x) (i32.const 0))
            (then (return (call $f64_cancel (local.get $a) (local.get $b)))))
          (local.set $s (i64.add (local.get $a) (local.get $m)))
          (if (i32.eqz (local.get $d))
            (then
              ;; The exponent is one more, the fraction half the sum of both: x - (x >> 1) is half of x, rounded up.
              (local.set $m (i64.add
                (i64.and (local.get $a) (i64.const 0xfffffffffffff))
                (i64.and (local.get $b) (i64.const 0xfffffffffffff))))
              (return (i64.and
                (i64.sub (local.get $s) (i64.shr_u (local.get $m) (i64.const 1)))
                (i64.xor (i64.and (local.get $s) (i64.const 1)) (i64.const -1))))))
          (local.set $f (i32.shl (i32.wrap_i64 (local.get $m)) (i32.const 31)))
          (local.set $s (i64.add (local.get $a) (i64.shr_u (local.get $m) (i64.const 1)))))
        (else
          (if (i32.lt_s (local.get $x) (i32.const 0))
            (then (local.set $m (i64.sub (i64.const 0) (local.get $m)))))
          ;; Times 2^(32 - d), in three words: the shifted significand, rounded down, and its fraction.
          (local.set $d (i32.rotr (i32.const 1) (local.get $d)))
          (local.set $s (i64.mul
            (i64.extend_i32_u (i32.wrap_i64 (local.get $m)))
            (i64.extend_i32_u (local.get $d))))
          (local.set $f (i32.wrap_i64 (local.get $s)))
          (local.set $s (i64.add
            (i64.add
              (local.get $a)
              (i64.extend_i32_u (i32.wrap_i64 (i64.shr_u (local.get $s) (i64.const 32)))))
            (i64.mul
              (i64.extend_i32_s (i32.wrap_i64 (i64.shr_u (local.get $m) (i64.const 32))))
              (i64.extend_i32_s (local.get $d)))))))
      (block $changed
        (br_if $changed
          (i32.wrap_i64 (i64.shr_u (i64.xor (local.get $s) (local.get $a)) (i64.const 52))))
        (local.set $s (i64.add (local.get $s) (i64.extend_i32_u (i32.shr_u (local.get $f) (i32.const 31)))))
        (if (i32.eq (local.get $f) (i32.const 0x80000000))
          (then (return (i64.and (local.get $s) (i64.const -2)))))
        (return (local.get $s)))
      (local.set $m (i64.and (local.get $s) (i64.const 0xfffffffffffff)))
      (if (i32.lt_s (local.get $x) (i32.const 0))
        (then
          ;; The difference has lost its leading 1 and borrowed from the exponent: one more bit of f counts.
          (local.set $s (i64.add
            (i64.add (local.get $s) (i64.sub (local.get $m) (i64.const 0x10000000000000)))
            (i64.extend_i32_u
              (i32.shr_u (i32.add (i32.shr_u (local.get $f) (i32.const 30)) (i32.const 1)) (i32.const 1)))))
          (if (i32.eq (i32.shl (local.get $f) (i32.const 1)) (i32.const 0x80000000))
            (then (return (i64.and (local.get $s) (i64.const -2)))))
          (return (local.get $s))))
      ;; The sum has carried into the exponent: halve what is below.
      (local.set $m (i64.sub (local.get $s) (i64.shr_u (local.get $m) (i64.const 1))))
      (if (i32.eqz (local.get $f))
        (then
          (return (i64.and
            (local.get $m)
            (i64.xor (i64.and (local.get $s) (i64.const 1)) (i64.const -1))))))
      (return (local.get $m)))
    (call $f64_add_slow (local.get $a) (local.get $b)))

  ;; The sum where b has the other sign and an exponent that is less by 0 or 1.
  (func $f64_cancel (param $a i64) (param $b i64) (result i64)
    (local $sign i32) (local $e i32) (local $n i32) (local $s i64) (local $m i64)
    (local.set $sign (i32.and
      (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32)))
      (i32.const 0x80000000)))
    (local.set $e (i32.and (i32.wrap_i64 (i64.shr_u (local.get $b) (i64.const 52))) (i32.const 0x7ff)))
    ;; Exactly s * 2^(e - 1075).
    (local.set $s (i64.or
      (i64.and (local.get $a) (i64.const 0xfffffffffffff))
      (i64.const 0x10000000000000)))
    (if (i32.ne
        (i32.and (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 52))) (i32.const 0x7ff))
        (local.get $e))
      (then (local.set $s (i64.add (local.get $s) (local.get $s)))))
    (local.set $s (i64.sub
      (local.get $s)
      (i64.or
        (i64.and (local.get $b) (i64.const 0xfffffffffffff))
        (i64.const 0x10000000000000))))
    (local.set $n (i32.wrap_i64 (i64.shr_u (local.get $s) (i64.const 32))))
    (if (i32.lt_s (local.get $n) (i32.const 0))
      (then
        (local.set $s (i64.sub (i64.const 0) (local.get $s)))
        (local.set $n (i32.wrap_i64 (i64.shr_u (local.get $s) (i64.const 32))))
        (local.set $sign (i32.xor (local.get $sign) (i32.const 0x80000000)))))
    (block $done
      (if (local.get $n)
        (then
          (local.set $n (i32.sub (i32.clz (local.get $n)) (i32.const 11)))
          (if (i32.lt_s (local.get $n) (i32.const 0))
            (then
              ;; One bit too many, and that is a half.
              (local.set $s (i64.shr_u
                (i64.add (local.get $s) (i64.and (i64.shr_u (local.get $s) (i64.const 1)) (i64.const 1)))
                (i64.const 1)))
              (br $done)))
          (local.set $m (i64.mul
            (local.get $s)
            (i64.extend_i32_u (i32.shl (i32.const 1) (local.get $n))))))
        (else
          (local.set $n (i32.wrap_i64 (local.get $s)))
          (if (i32.eqz (local.get $n))
            (then (return (i64.const 0))))
          (local.set $m (i64.shl
            (i64.extend_i32_u (i32.shl (local.get $n) (i32.clz (local.get $n))))
            (i64.const 21)))
          (local.set $n (i32.add (i32.clz (local.get $n)) (i32.const 21)))))
      (local.set $e (i32.sub (local.get $e) (i32.const 1)))
      (if (i32.gt_s (local.get $n) (local.get $e))
        (then
          ;; Subnormal: as far left as the exponent allows.
          (local.set $m (i64.shl (local.get $s) (i64.extend_i32_u (local.get $e))))
          (local.set $n (local.get $e))))
      (local.set $s (local.get $m))
      (local.set $e (i32.sub (local.get $e) (local.get $n))))
    (i64.add
      (local.get $s)
      (i64.shl
        (i64.extend_i32_u (i32.or (i32.shl (local.get $e) (i32.const 20)) (local.get $sign)))
        (i64.const 32))))

  ;; a has the larger exponent.
  (func $f64_add_slow (param $a i64) (param $b i64) (result i64)
    (local $e i32) (local $d i32) (local $n i32) (local $x i64) (local $y i64)
    (local.set $e (call $f64_magnitude (local.get $a)))
    (local.set $n (call $f64_magnitude (local.get $b)))
    (local.set $d (i32.wrap_i64 (i64.shr_u (i64.xor (local.get $a) (local.get $b)) (i64.const 32))))
    (block $nan
      (br_if $nan (i32.gt_u (local.get $e) (i32.const 0xffe00000)))
      (br_if $nan (i32.gt_u (local.get $n) (i32.const 0xffe00000)))
      (if (i32.eq (local.get $e) (i32.const 0xffe00000))
        (then
          (if (i32.eq (local.get $e) (local.get $n))
            (then (br_if $nan (i32.lt_s (local.get $d) (i32.const 0)))))
          (return (local.get $a))))
      (if (i32.eqz (local.get $n))
        (then
          (if (local.get $e)
            (then (return (local.get $a))))))
      ;; 9 bits behind both, and in the lowest one what y loses. Exponents less one, of subnormal numbers 0.
      (local.set $e (i32.shr_u (local.get $e) (i32.const 21)))
      (local.set $x (i64.and (local.get $a) (i64.const 0xfffffffffffff)))
      (if (local.get $e)
        (then
          (local.set $x (i64.or (local.get $x) (i64.const 0x10000000000000)))
          (local.set $e (i32.sub (local.get $e) (i32.const 1)))))
      (local.set $n (i32.shr_u (local.get $n) (i32.const 21)))
      (local.set $y (i64.and (local.get $b) (i64.const 0xfffffffffffff)))
      (if (local.get $n)
        (then
          (local.set $y (i64.or (local.get $y) (i64.const 0x10000000000000)))
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.set $x (i64.shl (local.get $x) (i64.const 9)))
      (local.set $y (call $f64_shift
        (i64.shl (local.get $y) (i64.const 9))
        (i32.sub (local.get $e) (local.get $n))))
      (if (i32.lt_s (local.get $d) (i32.const 0))
        (then (local.set $y (i64.sub (i64.const 0) (local.get $y)))))
      (local.set $x (i64.add (local.get $x) (local.get $y)))
      (if (i64.le_s (local.get $x) (i64.const 0))
        (then
          (if (i64.eqz (local.get $x))
            (then (return (select (i64.const 0) (local.get $a) (i32.lt_s (local.get $d) (i32.const 0))))))
          (local.set $x (i64.sub (i64.const 0) (local.get $x)))
          (local.set $a (i64.xor (local.get $a) (i64.const -1)))))
      (return (call $f64_pack
        (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32)))
        (local.get $x)
        (i32.add (local.get $e) (i32.const 2)))))
    (i64.const 0x7ff8000000000000))

  (func (export "f64_sub") (param $a i64) (param $b i64) (result i64)
    (call $f64_add (local.get $a) (i64.xor (local.get $b) (i64.const 0x8000000000000000))))

  (func (export "f64_mul") (param $a i64) (param $b i64) (result i64)
    (local $x i32) (local $y i32) (local $f i32) (local $p0 i64) (local $p1 i64) (local $p2 i64) (local $m i64)
    (block $slow
      ;; a in 2^-510..2^510, and the product in 2^-512..2^512 by the sum of the exponents: then b is normal too.
      (br_if $slow (i32.ge_u
        (i32.sub
          (i32.and (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 52))) (i32.const 0x7ff))
          (i32.const 513))
        (i32.const 1020)))
      ;; The exponents with the signs on top, which add like bits.
      (local.set $y (i32.add
        (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 52)))
        (i32.wrap_i64 (i64.shr_u (local.get $b) (i64.const 52)))))
      (br_if $slow (i32.and (i32.sub (local.get $y) (i32.const 1534)) (i32.const 0x400)))
      ;; One significand as it is, the other shifted to the top: the upper 64 bits of the product are its significand,
      ;; or half of it.
      (local.set $x (i32.or
        (i32.and (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32))) (i32.const 0xfffff))
        (i32.const 0x100000)))
      (local.set $m (i64.or (i64.shl (local.get $b) (i64.const 11)) (i64.const 0x8000000000000000)))
      (local.set $p0 (i64.mul
        (i64.extend_i32_u (i32.wrap_i64 (local.get $a)))
        (i64.extend_i32_u (i32.wrap_i64 (local.get $m)))))
      (local.set $p1 (i64.add
        (i64.mul
          (i64.extend_i32_u (i32.wrap_i64 (local.get $a)))
          (i64.extend_i32_u (i32.wrap_i64 (i64.shr_u (local.get $m) (i64.const 32)))))
        (i64.extend_i32_u (i32.wrap_i64 (i64.shr_u (local.get $p0) (i64.const 32))))))
      (local.set $p2 (i64.add
        (i64.mul
          (i64.extend_i32_u (local.get $x))
          (i64.extend_i32_u (i32.wrap_i64 (local.get $m))))
        (i64.extend_i32_u (i32.wrap_i64 (local.get $p1)))))
      (local.set $m (i64.add
        (i64.add
          (i64.mul
            (i64.extend_i32_u (local.get $x))
            (i64.extend_i32_u (i32.wrap_i64 (i64.shr_u (local.get $m) (i64.const 32)))))
          (i64.extend_i32_u (i32.wrap_i64 (i64.shr_u (local.get $p1) (i64.const 32)))))
        (i64.extend_i32_u (i32.wrap_i64 (i64.shr_u (local.get $p2) (i64.const 32))))))
      (local.set $f (i32.wrap_i64 (local.get $p2)))
      (local.set $x (i32.wrap_i64 (i64.shr_u (local.get $m) (i64.const 32))))
      (local.set $y (i32.sub
        (i32.add (local.get $y) (i32.shr_u (local.get $x) (i32.const 20)))
        (i32.const 1024)))
      (if (i32.lt_u (local.get $x) (i32.const 0x100000))
        (then
          (local.set $m (i64.add
            (i64.add (local.get $m) (local.get $m))
            (i64.extend_i32_u (i32.shr_u (local.get $f) (i32.const 31)))))
          (local.set $f (i32.shl (local.get $f) (i32.const 1)))))
      (local.set $m (i64.add
        (local.get $m)
        (i64.or
          (i64.shl (i64.extend_i32_u (i32.shl (local.get $y) (i32.const 20))) (i64.const 32))
          (i64.extend_i32_u (i32.shr_u (local.get $f) (i32.const 31))))))
      (if (i32.eq (local.get $f) (i32.const 0x80000000))
        (then
          (if (i32.eqz (i32.wrap_i64 (local.get $p0)))
            (then (local.set $m (i64.and (local.get $m) (i64.const -2)))))))
      (return (local.get $m)))
    (call $f64_mul_slow (local.get $a) (local.get $b)))

  (func $f64_mul_slow (param $a i64) (param $b i64) (result i64)
    (local $sign i32) (local $x i32) (local $y i32) (local $e i32) (local $p0 i64) (local $p1 i64) (local $p2 i64)
    (local.set $sign (i32.wrap_i64 (i64.shr_u (i64.xor (local.get $a) (local.get $b)) (i64.const 32))))
    (local.set $x (call $f64_magnitude (local.get $a)))
    (local.set $y (call $f64_magnitude (local.get $b)))
    (if (i32.lt_u (local.get $x) (local.get $y))
      (then
        (local.set $e (local.get $x))
        (local.set $x (local.get $y))
        (local.set $y (local.get $e))))
    (block $nan
      (br_if $nan (i32.gt_u (local.get $x) (i32.const 0xffe00000)))
      (if (i32.eqz (local.get $y))
        (then
          (br_if $nan (i32.eq (local.get $x) (i32.const 0xffe00000)))
          (return (call $f64_pack (local.get $sign) (i64.const 1) (i32.const -2000)))))
      (if (i32.eq (local.get $x) (i32.const 0xffe00000))
        (then (return (call $f64_pack (local.get $sign) (i64.const 1) (i32.const 3000)))))
      (local.set $e (i32.sub
        (i32.add (call $f64_exponent (local.get $a)) (call $f64_exponent (local.get $b)))
        (i32.const 1021)))
      (local.set $a (call $f64_significand (local.get $a)))
      (local.set $b (call $f64_significand (local.get $b)))
      (local.set $p0 (i64.mul
        (i64.extend_i32_u (i32.wrap_i64 (local.get $a)))
        (i64.extend_i32_u (i32.wrap_i64 (local.get $b)))))
      (local.set $p1 (i64.add
        (i64.mul
          (i64.extend_i32_u (i32.wrap_i64 (local.get $a)))
          (i64.shr_u (local.get $b) (i64.const 32)))
        (i64.shr_u (local.get $p0) (i64.const 32))))
      (local.set $p2 (i64.add
        (i64.mul
          (i64.shr_u (local.get $a) (i64.const 32))
          (i64.extend_i32_u (i32.wrap_i64 (local.get $b))))
        (i64.extend_i32_u (i32.wrap_i64 (local.get $p1)))))
      (return (call $f64_pack
        (local.get $sign)
        (i64.or
          (i64.add
            (i64.add
              (i64.mul
                (i64.shr_u (local.get $a) (i64.const 32))
                (i64.shr_u (local.get $b) (i64.const 32)))
              (i64.shr_u (local.get $p1) (i64.const 32)))
            (i64.shr_u (local.get $p2) (i64.const 32)))
          (i64.extend_i32_u
            (i32.ne
              (i32.or (i32.wrap_i64 (local.get $p0)) (i32.wrap_i64 (local.get $p2)))
              (i32.const 0))))
        (local.get $e))))
    (i64.const 0x7ff8000000000000))

  ;; By the reciprocal r of the divisor: 16 bits of it by a division, 28 by a Newton step, and the error that is left,
  ;; which is small, in a multiplication of its own (Goldschmidt). With A and B the significands shifted to the top:
  ;;     r = 2^95 / B * (1 - d)        0 < d < 3.3 * 2^-30
  ;;     A * r * (1 + d + d^2)         2^95 * A / B, short of it by less than 2^-57 of it
  ;; That decides the rounding unless the quotient is just below the middle between two numbers; then the rest of a
  ;; division does.
  (func (export "f64_div") (param $a i64) (param $b i64) (result i64)
    (local $x i32) (local $y i32) (local $r i32) (local $d i32) (local $q i64) (local $m i64) (local $t i64)
    (block $slow
      ;; The ranges are those of products, within a factor of 2.
      (br_if $slow (i32.ge_u
        (i32.sub
          (i32.and (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 52))) (i32.const 0x7ff))
          (i32.const 513))
        (i32.const 1020)))
      (local.set $x (i32.sub
        (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 52)))
        (i32.wrap_i64 (i64.shr_u (local.get $b) (i64.const 52)))))
      (br_if $slow (i32.and (i32.add (local.get $x) (i32.const 511)) (i32.const 0x400)))
      (local.set $m (i64.or (i64.shl (local.get $b) (i64.const 11)) (i64.const 0x8000000000000000)))
      (local.set $y (i32.wrap_i64 (i64.shr_u (local.get $m) (i64.const 32))))
      ;; Short of 2^63 / y by less than 1.25 * 2^-15 of it.
      (local.set $r (i32.shl
        (i32.div_u
          (i32.const -1)
          (i32.add (i32.shr_u (local.get $y) (i32.const 16)) (i32.const 1)))
        (i32.const 15)))
      ;; r + r * (1 - r * y / 2^63); 3 less, so that it is still short of 2^95 / B.
      (local.set $r (i32.sub
        (i32.add
          (local.get $r)
          (i32.wrap_i64 (i64.shr_u
            (i64.mul
              (i64.extend_i32_u (local.get $r))
              (i64.extend_i32_u (i32.xor
                (i32.shl
                  (i32.wrap_i64 (i64.shr_u
                    (i64.mul (i64.extend_i32_u (local.get $r)) (i64.extend_i32_u (local.get $y)))
                    (i64.const 32)))
                  (i32.const 1))
                (i32.const -1))))
            (i64.const 32))))
        (i32.const 3)))
      ;; d * 2^60, by 2^63 - B * r / 2^32.
      (local.set $t (i64.add
        (i64.mul (i64.extend_i32_u (local.get $y)) (i64.extend_i32_u (local.get $r)))
        (i64.extend_i32_u (i32.wrap_i64 (i64.shr_u
          (i64.mul (i64.extend_i32_u (i32.wrap_i64 (local.get $m))) (i64.extend_i32_u (local.get $r)))
          (i64.const 32))))))
      (local.set $d (i32.xor
        (i32.or
          (i32.shr_u (i32.wrap_i64 (local.get $t)) (i32.const 3))
          (i32.shl (i32.wrap_i64 (i64.shr_u (local.get $t) (i64.const 32))) (i32.const 29)))
        (i32.const -1)))
      (local.set $d (i32.add
        (local.get $d)
        (i32.shr_u
          (i32.wrap_i64 (i64.shr_u
            (i64.mul (i64.extend_i32_u (local.get $d)) (i64.extend_i32_u (local.get $d)))
            (i64.const 32)))
          (i32.const 28))))
      ;; A / B * 2^63.
      (local.set $t (i64.or (i64.shl (local.get $a) (i64.const 11)) (i64.const 0x8000000000000000)))
      (local.set $q (i64.add
        (i64.mul
          (i64.extend_i32_u (i32.wrap_i64 (i64.shr_u (local.get $t) (i64.const 32))))
          (i64.extend_i32_u (local.get $r)))
        (i64.extend_i32_u (i32.wrap_i64 (i64.shr_u
          (i64.mul (i64.extend_i32_u (i32.wrap_i64 (local.get $t))) (i64.extend_i32_u (local.get $r)))
          (i64.const 32))))))
      (local.set $q (i64.add
        (local.get $q)
        (i64.shr_u
          (i64.mul
            (i64.extend_i32_u (i32.wrap_i64 (i64.shr_u (local.get $q) (i64.const 32))))
            (i64.extend_i32_u (local.get $d)))
          (i64.const 28))))
      (local.set $y (i32.wrap_i64 (i64.shr_u (local.get $q) (i64.const 32))))
      (local.set $x (i32.add
        (i32.add (local.get $x) (i32.shr_u (local.get $y) (i32.const 31)))
        (i32.const 1021)))
      (if (i32.ge_s (local.get $y) (i32.const 0))
        (then (local.set $q (i64.add (local.get $q) (local.get $q)))))
      (block $round
        ;; 11 bits too many, and less than 64 too little.
        (br_if $round (i32.ne
          (i32.and (i32.add (i32.wrap_i64 (local.get $q)) (i32.const 64)) (i32.const 0x7c0))
          (i32.const 0x400)))
        ;; B times the middle, 2q + 1, less A: the last 64 bits have its sign, and it is never 0.
        (local.set $q (i64.add
          (local.get $q)
          (i64.and
            (i64.shr_s
              (i64.sub
                (i64.mul
                  (i64.or (i64.shr_u (local.get $q) (i64.const 10)) (i64.const 1))
                  (i64.shr_u (local.get $m) (i64.const 11)))
                (i64.shl
                  (i64.extend_i32_u
                    (i32.shl
                      (i32.wrap_i64 (local.get $t))
                      (i32.sub (i32.const 11) (i32.shr_u (local.get $y) (i32.const 31)))))
                  (i64.const 32)))
              (i64.const 63))
            (i64.const 0x40)))))
      (return (i64.add
        (i64.shr_u (local.get $q) (i64.const 11))
        (i64.or
          (i64.shl (i64.extend_i32_u (i32.shl (local.get $x) (i32.const 20))) (i64.const 32))
          (i64.extend_i32_u
            (i32.and (i32.shr_u (i32.wrap_i64 (local.get $q)) (i32.const 10)) (i32.const 1)))))))
    (call $f64_div_slow (local.get $a) (local.get $b)))

  (func $f64_div_slow (param $a i64) (param $b i64) (result i64)
    (local $sign i32) (local $x i32) (local $y i32) (local $e i32) (local $q i64)
    (local.set $sign (i32.wrap_i64 (i64.shr_u (i64.xor (local.get $a) (local.get $b)) (i64.const 32))))
    (local.set $x (call $f64_magnitude (local.get $a)))
    (local.set $y (call $f64_magnitude (local.get $b)))
    (block $nan
      (br_if $nan (i32.gt_u (local.get $x) (i32.const 0xffe00000)))
      (br_if $nan (i32.gt_u (local.get $y) (i32.const 0xffe00000)))
      (block $finite
        (block $infinity
          (block $zero
            (br_if $zero (i32.eqz (local.get $x)))
            (br_if $infinity (i32.eqz (local.get $y)))
            (br_if $infinity (i32.eq (local.get $x) (i32.const 0xffe00000)))
            (br_if $finite (i32.ne (local.get $y) (i32.const 0xffe00000))))
          ;; 0 / b or a / infinity.
          (br_if $nan (i32.eqz (local.get $y)))
          (return (call $f64_pack (local.get $sign) (i64.const 1) (i32.const -2000))))
        ;; a / 0 or infinity / b.
        (br_if $nan (i32.eq (local.get $y) (i32.const 0xffe00000)))
        (return (call $f64_pack (local.get $sign) (i64.const 1) (i32.const 3000))))
      (local.set $e (i32.add
        (i32.sub (call $f64_exponent (local.get $a)) (call $f64_exponent (local.get $b)))
        (i32.const 1086)))
      (local.set $a (i64.shr_u (call $f64_significand (local.get $a)) (i64.const 11)))
      (local.set $b (i64.shr_u (call $f64_significand (local.get $b)) (i64.const 11)))
      ;; 56 digits of 1 bit from the first 1 on, which is the first or the second one.
      (loop $next
        (local.set $q (i64.shl (local.get $q) (i64.const 1)))
        (if (i64.ge_u (local.get $a) (local.get $b))
          (then
            (local.set $a (i64.sub (local.get $a) (local.get $b)))
            (local.set $q (i64.or (local.get $q) (i64.const 1)))))
        (local.set $a (i64.shl (local.get $a) (i64.const 1)))
        (local.set $e (i32.sub (local.get $e) (i32.const 1)))
        (br_if $next (i64.lt_u (local.get $q) (i64.const 0x80000000000000))))
      (return (call $f64_pack
        (local.get $sign)
        (i64.or (local.get $q) (i64.extend_i32_u (i64.ne (local.get $a) (i64.const 0))))
        (local.get $e))))
    (i64.const 0x7ff8000000000000))

  ;; The upper word without its sign, shifted left, and in the lowest bit whether the lower one is not 0: above
  ;; 0xffe00000 for a NaN, and 0 for a zero only.
  (func $f64_magnitude (param $a i64) (result i32)
    (i32.or
      (i32.shl (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32))) (i32.const 1))
      (i32.ne (i32.wrap_i64 (local.get $a)) (i32.const 0))))

  ;; Of a finite number other than 0 its leading 1 in bit 63 and what follows ...
  (func $f64_significand (param $a i64) (result i64)
    (if (i32.and (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 52))) (i32.const 0x7ff))
      (then (return (i64.or (i64.shl (local.get $a) (i64.const 11)) (i64.const 0x8000000000000000)))))
    (local.set $a (i64.shl (local.get $a) (i64.const 1)))
    (i64.shl (local.get $a) (i64.clz (local.get $a))))

  ;; ... and the exponent less one that goes with it, for a subnormal one too.
  (func $f64_exponent (param $a i64) (result i32)
    (local $e i32)
    (local.set $e (i32.and (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 52))) (i32.const 0x7ff)))
    (if (i32.eqz (local.get $e))
      (then
        (local.set $e (i32.sub
          (i32.const 11)
          (i32.wrap_i64 (i64.clz (i64.shl (local.get $a) (i64.const 1))))))))
    (i32.sub (local.get $e) (i32.const 1)))

  ;; Shifts right; the lowest bit is set if any that goes is.
  (func $f64_shift (param $m i64) (param $n i32) (result i64)
    (local $r i64)
    (if (i32.gt_u (local.get $n) (i32.const 63))
      (then (local.set $n (i32.const 63))))
    (local.set $r (i64.shr_u (local.get $m) (i64.extend_i32_u (local.get $n))))
    (i64.or
      (local.get $r)
      (i64.extend_i32_u (i64.ne
        (i64.shl (local.get $r) (i64.extend_i32_u (local.get $n)))
        (local.get $m)))))

  ;; Rounds m * 2^(e - 1085), m not 0, and with its lowest bit set if it is not exact. Takes the sign of `sign`. Far
  ;; out of range it gives 0 or infinity, and is used for these.
  (func $f64_pack (param $sign i32) (param $m i64) (param $e i32) (result i64)
    (local $n i32)
    (local.set $n (i32.wrap_i64 (i64.clz (local.get $m))))
    (local.set $m (i64.shl (local.get $m) (i64.extend_i32_u (local.get $n))))
    (local.set $e (i32.sub (local.get $e) (local.get $n)))
    (if (i32.ge_s (local.get $e) (i32.const 2046))
      (then
        ;; Infinity.
        (local.set $m (i64.const 0))
        (local.set $e (i32.const 2047))))
    (if (i32.lt_s (local.get $e) (i32.const 0))
      (then
        (local.set $m (call $f64_shift (local.get $m) (i32.sub (i32.const 0) (local.get $e))))
        (local.set $e (i32.const 0))))
    ;; Half of the last bit carries if the rest is more, or the same and the last bit odd.
    (local.set $n (i32.and (i32.wrap_i64 (i64.shr_u (local.get $m) (i64.const 11))) (i32.const 1)))
    (local.set $n (i32.add (local.get $n) (i32.and (i32.wrap_i64 (local.get $m)) (i32.const 0x7ff))))
    (i64.add
      (i64.shr_u (local.get $m) (i64.const 11))
      (i64.or
        (i64.shl
          (i64.extend_i32_u (i32.or
            (i32.shl (local.get $e) (i32.const 20))
            (i32.and (local.get $sign) (i32.const 0x80000000))))
          (i64.const 32))
        (i64.extend_i32_u (i32.gt_u (local.get $n) (i32.const 0x400))))))

  ;; The significand x in 2^62..2^64, with an even exponent. Its root in steps that double the bits: s in 16 bits, as in
  ;; f32.wat; s in 32 bits, less than the root by less than 6; and what is missing, (x - s * s) / 2s, by a reciprocal r
  ;; of s that has 28 bits. The result is 53 of the 60 bits. The others decide the rounding unless they are too near to
  ;; the middle; then a square does.
  (func (export "f64_sqrt") (param $a i64) (result i64)
    (local $x i64) (local $t i64) (local $h i32) (local $s i32) (local $r i32) (local $c i32)
    (block $slow
      (local.set $h (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32))))
      (br_if $slow (i32.ge_u (i32.sub (local.get $h) (i32.const 0x00100000)) (i32.const 0x7f800000)))
      (local.set $x (i64.or (i64.shl (local.get $a) (i64.const 11)) (i64.const 0x8000000000000000)))
      (if (i32.and (local.get $h) (i32.const 0x00100000))
        (then (local.set $x (i64.shr_u (local.get $x) (i64.const 1)))))
      (local.set $h (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 32))))
      (local.set $s (i32.add (i32.shr_u (local.get $h) (i32.const 17)) (i32.const 0x6a00)))
      (local.set $s (i32.shr_u
        (i32.add (local.get $s) (i32.div_u (local.get $h) (local.get $s)))
        (i32.const 1)))
      (local.set $s (i32.shr_u
        (i32.add (local.get $s) (i32.div_u (local.get $h) (local.get $s)))
        (i32.const 1)))
      ;; Short of 2^47 / s, by so much that what the Newton step makes of it stays below 2^32.
      (local.set $r (i32.shl
        (i32.div_u (i32.const 0xfffeffff) (i32.add (local.get $s) (i32.const 1)))
        (i32.const 15)))
      ;; The rest is in -1.6s..2s.
      (local.set $s (i32.sub
        (i32.add
          (i32.shl
            (i32.div_s
              (i32.shl
                (i32.sub (local.get $h) (i32.mul (local.get $s) (local.get $s)))
                (i32.const 14))
              (local.get $s))
            (i32.const 1))
          (i32.shl (local.get $s) (i32.const 16)))
        (i32.const 3)))
      (local.set $r (i32.add
        (local.get $r)
        (i32.wrap_i64 (i64.shr_u
          (i64.mul
            (i64.extend_i32_u (local.get $r))
            (i64.extend_i32_u (i32.xor
              (i32.shl
                (i32.wrap_i64 (i64.shr_u
                  (i64.mul (i64.extend_i32_u (local.get $r)) (i64.extend_i32_u (local.get $s)))
                  (i64.const 32)))
                (i32.const 1))
              (i32.const -1))))
          (i64.const 32)))))
      (local.set $t (i64.sub
        (local.get $x)
        (i64.mul (i64.extend_i32_u (local.get $s)) (i64.extend_i32_u (local.get $s)))))
      ;; What is missing, times 2^28: 7 bits too many. Five added, it is too much by less than 6 (of -1..5 that were
      ;; missing).
      (local.set $c (i32.add
        (i32.wrap_i64 (i64.shr_u
          (i64.mul
            (i64.extend_i32_u (i32.or
              (i32.shr_u (i32.wrap_i64 (local.get $t)) (i32.const 4))
              (i32.shl (i32.wrap_i64 (i64.shr_u (local.get $t) (i64.const 32))) (i32.const 28))))
            (i64.extend_i32_u (local.get $r)))
          (i64.const 32)))
        (i32.const 5)))
      (block $round
        (br_if $round (i32.ne (i32.and (local.get $c) (i32.const 0x78)) (i32.const 0x40)))
        ;; The square of the middle against x, in the last 64 bits. They are never equal: the former is odd.
        (local.set $t (i64.or
          (i64.shl
            (i64.add
              (i64.shl (i64.extend_i32_u (local.get $s)) (i64.const 21))
              (i64.extend_i32_u (i32.shr_u (local.get $c) (i32.const 7))))
            (i64.const 1))
          (i64.const 1)))
        (local.set $c (i32.sub
          (local.get $c)
          (i32.and
            (i32.wrap_i64 (i64.shr_s
              (i64.sub (i64.shl (local.get $x) (i64.const 44)) (i64.mul (local.get $t) (local.get $t)))
              (i64.const 63)))
            (i32.const 8)))))
      (return (i64.add
        (i64.shl (i64.extend_i32_u (local.get $s)) (i64.const 21))
        (i64.or
          (i64.shl
            (i64.extend_i32_u
              (i32.shl
                (i32.shr_u
                  (i32.add (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 52))) (i32.const 1021))
                  (i32.const 1))
                (i32.const 20)))
            (i64.const 32))
          (i64.extend_i32_u (i32.shr_u (i32.add (local.get $c) (i32.const 0x40)) (i32.const 7)))))))
    (call $f64_sqrt_slow (local.get $a)))

  (func $f64_sqrt_slow (param $a i64) (result i64)
    (local $e i32) (local $n i32) (local $s i64) (local $r i64) (local $t i64)
    (if (i64.eqz (i64.shl (local.get $a) (i64.const 1)))
      (then (return (local.get $a))))
    (if (i64.eq (local.get $a) (i64.const 0x7ff0000000000000))
      (then (return (local.get $a))))
    (if (i64.gt_u (local.get $a) (i64.const 0x7ff0000000000000))
      (then (return (i64.const 0x7ff8000000000000))))
    ;; a * 2^(e - 1085), where e has to be odd.
    (local.set $e (call $f64_exponent (local.get $a)))
    (local.set $a (call $f64_significand (local.get $a)))
    (if (i32.eqz (i32.and (local.get $e) (i32.const 1)))
      (then (local.set $a (i64.shr_u (local.get $a) (i64.const 1)))))
    ;; The root s in 54 digits of 1 bit, the first one a 1, each for two bits of a; r is the rest.
    (local.set $n (i32.const 54))
    (loop $next
      (local.set $r (i64.or
        (i64.shl (local.get $r) (i64.const 2))
        (i64.shr_u (local.get $a) (i64.const 62))))
      (local.set $a (i64.shl (local.get $a) (i64.const 2)))
      (local.set $t (i64.or (i64.shl (local.get $s) (i64.const 2)) (i64.const 1)))
      (local.set $s (i64.shl (local.get $s) (i64.const 1)))
      (if (i64.ge_u (local.get $r) (local.get $t))
        (then
          (local.set $r (i64.sub (local.get $r) (local.get $t)))
          (local.set $s (i64.or (local.get $s) (i64.const 1)))))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    ;; The last one rounds. A root is never halfway: its square would be odd.
    (i64.add
      (i64.shr_u (i64.add (local.get $s) (i64.const 1)) (i64.const 1))
      (i64.shl
        (i64.extend_i32_u (i32.add
          (i32.shr_s (i32.sub (local.get $e) (i32.const 1084)) (i32.const 1))
          (i32.const 1053)))
        (i64.const 52))))
