  ;; Arithmetic on f32: an i32 holds the bits, sign 1, exponent 8 (biased by 127), fraction 23. Round to nearest, ties
  ;; to even; every NaN that comes out is 0x7fc00000.
  ;;
  ;; A number is packed by adding its significand, leading 1 (bit 23) in place, to the exponent less one: right also
  ;; where rounding carries into the next exponent, and into infinity. Behind a significand may come a word of fraction,
  ;; f: rounding adds its upper bit, and clears the lowest bit of the sum in the rare case that f is exactly a half.
  ;;
  ;; What is not normal, or might not be after the operation, is left to a slow function that takes anything.

  ;; The sum forms in the packed representation: a, the operand with the larger exponent, plus the other's significand
  ;; shifted right by the difference d and negated if the signs differ. Where the exponent stays that is the result.
  (func $f32_add (export "f32_add") (param $a i32) (param $b i32) (result i32)
    (local $e i32) (local $d i32) (local $m i32) (local $s i32) (local $f i32) (local $wide i64)
    (local.set $e (i32.and (i32.shr_u (local.get $a) (i32.const 23)) (i32.const 0xff)))
    (local.set $d (i32.sub
      (local.get $e)
      (i32.and (i32.shr_u (local.get $b) (i32.const 23)) (i32.const 0xff))))
    (if (i32.lt_s (local.get $d) (i32.const 0))
      (then
        (local.set $s (local.get $a))
        (local.set $a (local.get $b))
        (local.set $b (local.get $s))
        (local.set $e (i32.sub (local.get $e) (local.get $d)))
        (local.set $d (i32.sub (i32.const 0) (local.get $d)))))
    (block $slow
      (br_if $slow (i32.eq (local.get $e) (i32.const 0xff)))
      (br_if $slow (i32.eq (local.get $e) (local.get $d)))
      (local.set $m (i32.or (i32.and (local.get $b) (i32.const 0x7fffff)) (i32.const 0x800000)))
      (if (i32.ge_u (i32.sub (local.get $d) (i32.const 2)) (i32.const 30))
        (then
          (if (i32.gt_u (local.get $d) (i32.const 1))
            (then (return (local.get $a))))
          (if (i32.lt_s (i32.xor (local.get $a) (local.get $b)) (i32.const 0))
            (then (return (call $f32_cancel (local.get $a) (local.get $b)))))
          (local.set $s (i32.add (local.get $a) (local.get $m)))
          (if (i32.eqz (local.get $d))
            (then
              ;; The exponent is one more, the fraction half the sum of both: x - (x >> 1) is half of x, rounded up.
              (if (i32.eq (local.get $e) (i32.const 254))
                (then (return (i32.and (i32.add (local.get $a) (i32.const 0x00800000)) (i32.const 0xff800000)))))
              (return (i32.and
                (i32.sub
                  (local.get $s)
                  (i32.shr_u
                    (i32.add
                      (i32.and (local.get $a) (i32.const 0x7fffff))
                      (i32.and (local.get $b) (i32.const 0x7fffff)))
                    (i32.const 1)))
                (i32.xor (i32.and (local.get $s) (i32.const 1)) (i32.const -1))))))
          (local.set $f (i32.shl (local.get $m) (i32.const 31)))
          (local.set $s (i32.add (local.get $a) (i32.shr_u (local.get $m) (i32.const 1)))))
        (else
          (if (i32.lt_s (i32.xor (local.get $a) (local.get $b)) (i32.const 0))
            (then (local.set $m (i32.sub (i32.const 0) (local.get $m)))))
          ;; Times 2^(32 - d): the shifted significand, rounded down, and its fraction.
          (local.set $wide (i64.mul
            (i64.extend_i32_s (local.get $m))
            (i64.extend_i32_s (i32.rotr (i32.const 1) (local.get $d)))))
          (local.set $s (i32.add
            (local.get $a)
            (i32.wrap_i64 (i64.shr_u (local.get $wide) (i64.const 32)))))
          (local.set $f (i32.wrap_i64 (local.get $wide)))))
      (block $changed
        (br_if $changed (i32.shr_u (i32.xor (local.get $s) (local.get $a)) (i32.const 23)))
        (local.set $s (i32.add (local.get $s) (i32.shr_u (local.get $f) (i32.const 31))))
        (if (i32.eq (local.get $f) (i32.const 0x80000000))
          (then (return (i32.and (local.get $s) (i32.const -2)))))
        (return (local.get $s)))
      (if (i32.lt_s (i32.xor (local.get $a) (local.get $b)) (i32.const 0))
        (then
          ;; The difference has lost its leading 1 and borrowed from the exponent: one more bit of f counts.
          (local.set $s (i32.add
            (i32.add
              (local.get $s)
              (i32.sub (i32.and (local.get $s) (i32.const 0x7fffff)) (i32.const 0x800000)))
            (i32.shr_u (i32.add (i32.shr_u (local.get $f) (i32.const 30)) (i32.const 1)) (i32.const 1))))
          (if (i32.eq (i32.shl (local.get $f) (i32.const 1)) (i32.const 0x80000000))
            (then (return (i32.and (local.get $s) (i32.const -2)))))
          (return (local.get $s))))
      ;; The sum has carried into the exponent: halve what is below.
      (if (i32.eq (local.get $e) (i32.const 254))
        (then (return (i32.and (local.get $s) (i32.const 0xff800000)))))
      (local.set $m (i32.sub
        (local.get $s)
        (i32.shr_u (i32.and (local.get $s) (i32.const 0x7fffff)) (i32.const 1))))
      (if (i32.eqz (local.get $f))
        (then
          (return (i32.and
            (local.get $m)
            (i32.xor (i32.and (local.get $s) (i32.const 1)) (i32.const -1))))))
      (return (local.get $m)))
    (call $f32_add_slow (local.get $a) (local.get $b)))

  ;; The sum where b has the other sign and an exponent that is less by 0 or 1.
  (func $f32_cancel (param $a i32) (param $b i32) (result i32)
    (local $sign i32) (local $e i32) (local $n i32) (local $s i32)
    (local.set $sign (i32.and (local.get $a) (i32.const 0x80000000)))
    (local.set $e (i32.and (i32.shr_u (local.get $b) (i32.const 23)) (i32.const 0xff)))
    ;; Exactly s * 2^(e - 150).
    (local.set $s (i32.sub
      (i32.shl
        (i32.or (i32.and (local.get $a) (i32.const 0x7fffff)) (i32.const 0x800000))
        (i32.sub
          (i32.and (i32.shr_u (local.get $a) (i32.const 23)) (i32.const 0xff))
          (local.get $e)))
      (i32.or (i32.and (local.get $b) (i32.const 0x7fffff)) (i32.const 0x800000))))
    (if (i32.le_s (local.get $s) (i32.const 0))
      (then
        (if (i32.eqz (local.get $s))
          (then (return (i32.const 0))))
        (local.set $s (i32.sub (i32.const 0) (local.get $s)))
        (local.set $sign (i32.xor (local.get $sign) (i32.const 0x80000000)))))
    (local.set $n (i32.sub (i32.clz (local.get $s)) (i32.const 8)))
    (if (i32.lt_s (local.get $n) (i32.const 0))
      (then
        ;; One bit too many, and that is a half.
        (local.set $s (i32.shr_u
          (i32.add (local.get $s) (i32.and (i32.shr_u (local.get $s) (i32.const 1)) (i32.const 1)))
          (i32.const 1))))
      (else
        ;; As far left as the exponent allows.
        (local.set $e (i32.sub (local.get $e) (i32.const 1)))
        (if (i32.gt_s (local.get $n) (local.get $e))
          (then (local.set $n (local.get $e))))
        (local.set $s (i32.shl (local.get $s) (local.get $n)))
        (local.set $e (i32.sub (local.get $e) (local.get $n)))))
    (i32.or
      (local.get $sign)
      (i32.add (i32.shl (local.get $e) (i32.const 23)) (local.get $s))))

  ;; a has the larger exponent, 255, or b has 0.
  (func $f32_add_slow (param $a i32) (param $b i32) (result i32)
    (local $x i32) (local $y i32) (local $e i32) (local $d i32)
    (local.set $x (i32.shl (local.get $a) (i32.const 1)))
    (local.set $y (i32.shl (local.get $b) (i32.const 1)))
    (block $nan
      (br_if $nan (i32.gt_u (local.get $x) (i32.const 0xff000000)))
      (br_if $nan (i32.gt_u (local.get $y) (i32.const 0xff000000)))
      (local.set $d (i32.xor (local.get $a) (local.get $b)))
      (if (i32.eq (local.get $x) (i32.const 0xff000000))
        (then
          (br_if $nan (i32.eq (local.get $d) (i32.const 0x80000000)))
          (return (local.get $a))))
      (local.set $y (i32.and (local.get $b) (i32.const 0x7fffff)))
      (local.set $e (i32.shr_u (local.get $x) (i32.const 24)))
      (if (i32.eqz (local.get $e))
        (then
          ;; Both are subnormal or 0: their bits are the significands.
          (if (i32.ge_s (local.get $d) (i32.const 0))
            (then (return (i32.add (local.get $a) (local.get $y)))))
          (local.set $x (i32.sub (i32.and (local.get $a) (i32.const 0x7fffff)) (local.get $y)))
          (if (i32.eqz (local.get $x))
            (then (return (i32.const 0))))
          (if (i32.lt_s (local.get $x) (i32.const 0))
            (then (return (i32.sub (i32.and (local.get $b) (i32.const 0x80000000)) (local.get $x)))))
          (return (i32.or (i32.and (local.get $a) (i32.const 0x80000000)) (local.get $x)))))
      (if (i32.eqz (local.get $y))
        (then (return (local.get $a))))
      ;; Both significands at bit 30, and what b loses in its lowest bit.
      (local.set $e (i32.sub (local.get $e) (i32.const 1)))
      (local.set $y (i32.shl (local.get $y) (i32.const 6)))
      (local.set $y (if (result i32) (i32.gt_u (local.get $e) (i32.const 31))
        (then (i32.const 1))
        (else
          (i32.or
            (i32.shr_u (local.get $y) (local.get $e))
            (i32.ne
              (i32.shl (i32.shr_u (local.get $y) (local.get $e)) (local.get $e))
              (local.get $y))))))
      (if (i32.lt_s (local.get $d) (i32.const 0))
        (then (local.set $y (i32.sub (i32.const 0) (local.get $y)))))
      (local.set $x (i32.shl (i32.or (i32.and (local.get $a) (i32.const 0x7fffff)) (i32.const 0x800000)) (i32.const 6)))
      (return (call $f32_pack
        (local.get $a)
        (i32.add (local.get $x) (local.get $y))
        (i32.add (local.get $e) (i32.const 2)))))
    (i32.const 0x7fc00000))

  (func (export "f32_sub") (param $a i32) (param $b i32) (result i32)
    (call $f32_add (local.get $a) (i32.xor (local.get $b) (i32.const 0x80000000))))

  (func (export "f32_mul") (param $a i32) (param $b i32) (result i32)
    (local $x i32) (local $y i32) (local $f i32) (local $wide i64)
    (block $slow
      (local.set $x (i32.and (i32.shr_u (local.get $a) (i32.const 23)) (i32.const 0xff)))
      (br_if $slow (i32.ge_u (i32.sub (local.get $x) (i32.const 1)) (i32.const 254)))
      (local.set $y (i32.and (i32.shr_u (local.get $b) (i32.const 23)) (i32.const 0xff)))
      (br_if $slow (i32.ge_u (i32.sub (local.get $y) (i32.const 1)) (i32.const 254)))
      (br_if $slow (i32.ge_u
        (i32.sub (i32.add (local.get $x) (local.get $y)) (i32.const 128))
        (i32.const 253)))
      (local.set $wide (i64.mul
        (i64.extend_i32_u (i32.or (i32.shl (local.get $a) (i32.const 8)) (i32.const 0x80000000)))
        (i64.extend_i32_u (i32.or (i32.and (local.get $b) (i32.const 0x7fffff)) (i32.const 0x800000)))))
      ;; The exponent less one with its sign on top: signs add like bits. The upper word of the product is the
      ;; significand, or half of it.
      (local.set $x (i32.add
        (i32.sub
          (i32.add
            (i32.shr_u (local.get $a) (i32.const 23))
            (i32.shr_u (local.get $b) (i32.const 23)))
          (i32.const 128))
        (i32.wrap_i64 (i64.shr_u (local.get $wide) (i64.const 55)))))
      (if (i64.lt_u (local.get $wide) (i64.const 0x0080000000000000))
        (then (local.set $wide (i64.add (local.get $wide) (local.get $wide)))))
      (local.set $f (i32.wrap_i64 (local.get $wide)))
      (local.set $y (i32.add
        (i32.wrap_i64 (i64.shr_u (local.get $wide) (i64.const 32)))
        (i32.shr_u (local.get $f) (i32.const 31))))
      (if (i32.eq (local.get $f) (i32.const 0x80000000))
        (then (local.set $y (i32.and (local.get $y) (i32.const -2)))))
      (return (i32.add (local.get $y) (i32.shl (local.get $x) (i32.const 23)))))
    (call $f32_mul_slow (local.get $a) (local.get $b)))

  (func $f32_mul_slow (param $a i32) (param $b i32) (result i32)
    (local $sign i32) (local $x i32) (local $wide i64)
    (local.set $sign (i32.and (i32.xor (local.get $a) (local.get $b)) (i32.const 0x80000000)))
    ;; Without signs; b is the smaller one.
    (local.set $a (i32.shl (local.get $a) (i32.const 1)))
    (local.set $b (i32.shl (local.get $b) (i32.const 1)))
    (if (i32.lt_u (local.get $a) (local.get $b))
      (then
        (local.set $x (local.get $a))
        (local.set $a (local.get $b))
        (local.set $b (local.get $x))))
    (block $nan
      (br_if $nan (i32.gt_u (local.get $a) (i32.const 0xff000000)))
      (if (i32.eqz (local.get $b))
        (then
          (br_if $nan (i32.eq (local.get $a) (i32.const 0xff000000)))
          (return (local.get $sign))))
      (if (i32.eq (local.get $a) (i32.const 0xff000000))
        (then (return (i32.or (local.get $sign) (i32.const 0x7f800000)))))
      (local.set $wide (i64.mul
        (i64.extend_i32_u (call $f32_significand (local.get $a)))
        (i64.extend_i32_u (call $f32_significand (local.get $b)))))
      (return (call $f32_pack
        (local.get $sign)
        (i32.or
          (i32.wrap_i64 (i64.shr_u (local.get $wide) (i64.const 32)))
          (i32.ne (i32.wrap_i64 (local.get $wide)) (i32.const 0)))
        (i32.sub
          (i32.add (call $f32_exponent (local.get $a)) (call $f32_exponent (local.get $b)))
          (i32.const 125)))))
    (i32.const 0x7fc00000))

  ;; The quotient as three digits of 8 bits, the first one in 128..512, each by one division.
  (func (export "f32_div") (param $a i32) (param $b i32) (result i32)
    (local $x i32) (local $y i32) (local $e i32) (local $q i32) (local $digit i32)
    (block $slow
      (local.set $x (i32.and (i32.shr_u (local.get $a) (i32.const 23)) (i32.const 0xff)))
      (br_if $slow (i32.ge_u (i32.sub (local.get $x) (i32.const 1)) (i32.const 254)))
      (local.set $y (i32.and (i32.shr_u (local.get $b) (i32.const 23)) (i32.const 0xff)))
      (br_if $slow (i32.ge_u (i32.sub (local.get $y) (i32.const 1)) (i32.const 254)))
      (br_if $slow (i32.ge_u
        (i32.add (i32.sub (local.get $x) (local.get $y)) (i32.const 125))
        (i32.const 253)))
      (local.set $x (i32.or (i32.and (local.get $a) (i32.const 0x7fffff)) (i32.const 0x800000)))
      (local.set $y (i32.or (i32.and (local.get $b) (i32.const 0x7fffff)) (i32.const 0x800000)))
      (local.set $x (i32.shl (local.get $x) (i32.const 8)))
      (local.set $q (i32.div_u (local.get $x) (local.get $y)))
      (local.set $x (i32.shl
        (i32.sub (local.get $x) (i32.mul (local.get $q) (local.get $y)))
        (i32.const 8)))
      (local.set $digit (i32.div_u (local.get $x) (local.get $y)))
      (local.set $x (i32.shl
        (i32.sub (local.get $x) (i32.mul (local.get $digit) (local.get $y)))
        (i32.const 8)))
      (local.set $q (i32.add (local.get $digit) (i32.shl (local.get $q) (i32.const 8))))
      (local.set $digit (i32.div_u (local.get $x) (local.get $y)))
      (local.set $x (i32.sub (local.get $x) (i32.mul (local.get $digit) (local.get $y))))
      (local.set $q (i32.add (local.get $digit) (i32.shl (local.get $q) (i32.const 8))))
      ;; The exponent less one with its sign on top.
      (local.set $e (i32.add
        (i32.add
          (i32.sub
            (i32.shr_u (local.get $a) (i32.const 23))
            (i32.shr_u (local.get $b) (i32.const 23)))
          (i32.const 125))
        (i32.shr_u (local.get $q) (i32.const 24))))
      ;; Halfway is impossible: q would have 25 bits and end in a 1, and q * y would have more than x.
      (local.set $q (if (result i32) (i32.lt_u (local.get $q) (i32.const 0x1000000))
        (then
          (i32.add
            (local.get $q)
            (i32.shr_u (i32.sub (local.get $y) (i32.shl (local.get $x) (i32.const 1))) (i32.const 31))))
        (else (i32.shr_u (i32.add (local.get $q) (i32.const 1)) (i32.const 1)))))
      (return (i32.add (local.get $q) (i32.shl (local.get $e) (i32.const 23)))))
    (call $f32_div_slow (local.get $a) (local.get $b)))

  (func $f32_div_slow (param $a i32) (param $b i32) (result i32)
    (local $sign i32) (local $e i32) (local $q i32)
    (local.set $sign (i32.and (i32.xor (local.get $a) (local.get $b)) (i32.const 0x80000000)))
    (local.set $a (i32.shl (local.get $a) (i32.const 1)))
    (local.set $b (i32.shl (local.get $b) (i32.const 1)))
    (block $nan
      (br_if $nan (i32.gt_u (local.get $a) (i32.const 0xff000000)))
      (br_if $nan (i32.gt_u (local.get $b) (i32.const 0xff000000)))
      (block $finite
        (block $infinity
          (block $zero
            (br_if $zero (i32.eqz (local.get $a)))
            (br_if $infinity (i32.eqz (local.get $b)))
            (br_if $infinity (i32.eq (local.get $a) (i32.const 0xff000000)))
            (br_if $finite (i32.ne (local.get $b) (i32.const 0xff000000))))
          ;; 0 / b or a / infinity.
          (br_if $nan (i32.eqz (local.get $b)))
          (return (local.get $sign)))
        ;; a / 0 or infinity / b.
        (br_if $nan (i32.eq (local.get $b) (i32.const 0xff000000)))
        (return (i32.or (local.get $sign) (i32.const 0x7f800000))))
      (local.set $e (i32.sub (call $f32_exponent (local.get $a)) (call $f32_exponent (local.get $b))))
      (local.set $a (i32.shr_u (call $f32_significand (local.get $a)) (i32.const 7)))
      (local.set $b (i32.shr_u (call $f32_significand (local.get $b)) (i32.const 8)))
      ;; Four digits of 8 bits, the first one in 1..4.
      (loop $next
        (local.set $q (i32.or
          (i32.shl (local.get $q) (i32.const 8))
          (i32.div_u (local.get $a) (local.get $b))))
        (local.set $a (i32.shl (i32.rem_u (local.get $a) (local.get $b)) (i32.const 8)))
        (br_if $next (i32.lt_u (local.get $q) (i32.const 0x1000000))))
      (return (call $f32_pack
        (local.get $sign)
        (i32.or (i32.shl (local.get $q) (i32.const 1)) (i32.ne (local.get $a) (i32.const 0)))
        (i32.add (local.get $e) (i32.const 131)))))
    (i32.const 0x7fc00000))

  ;; Of a finite number other than 0, shifted left by one: its leading 1 in bit 31 and what follows ...
  (func $f32_significand (param $a i32) (result i32)
    (if (result i32) (i32.lt_u (local.get $a) (i32.const 0x01000000))
      (then (i32.shl (local.get $a) (i32.clz (local.get $a))))
      (else (i32.or (i32.shl (local.get $a) (i32.const 7)) (i32.const 0x80000000)))))

  ;; ... and the exponent less one that goes with it, for a subnormal one too.
  (func $f32_exponent (param $a i32) (result i32)
    (if (result i32) (i32.lt_u (local.get $a) (i32.const 0x01000000))
      (then (i32.sub (i32.const 7) (i32.clz (local.get $a))))
      (else (i32.sub (i32.shr_u (local.get $a) (i32.const 24)) (i32.const 1)))))

  ;; Rounds m * 2^(e - 157), m not 0, and with its lowest bit set if it is not exact. Takes the sign of `sign`.
  (func $f32_pack (param $sign i32) (param $m i32) (param $e i32) (result i32)
    (local $n i32)
    (local.set $sign (i32.and (local.get $sign) (i32.const 0x80000000)))
    (local.set $n (i32.clz (local.get $m)))
    (local.set $m (i32.shl (local.get $m) (local.get $n)))
    (local.set $e (i32.sub (local.get $e) (local.get $n)))
    (if (i32.ge_s (local.get $e) (i32.const 254))
      (then (return (i32.or (local.get $sign) (i32.const 0x7f800000)))))
    (if (i32.lt_s (local.get $e) (i32.const 0))
      (then
        (if (i32.lt_s (local.get $e) (i32.const -25))
          (then (return (local.get $sign))))
        (local.set $n (i32.sub (i32.const 0) (local.get $e)))
        (local.set $e (i32.shr_u (local.get $m) (local.get $n)))
        (local.set $m (i32.or
          (local.get $e)
          (i32.ne (i32.shl (local.get $e) (local.get $n)) (local.get $m))))
        (local.set $e (i32.const 0))))
    (local.set $n (i32.shr_u (local.get $m) (i32.const 8)))
    ;; More than a half goes, or a half and the rest is odd.
    (i32.or
      (local.get $sign)
      (i32.add
        (i32.add (local.get $n) (i32.shl (local.get $e) (i32.const 23)))
        (i32.gt_u
          (i32.or (i32.and (local.get $m) (i32.const 0xff)) (i32.and (local.get $n) (i32.const 1)))
          (i32.const 0x80)))))

  (func (export "f32_sqrt") (param $a i32) (result i32)
    (local $m i32) (local $s i32) (local $r i32)
    (block $slow
      (br_if $slow (i32.ge_u (i32.sub (local.get $a) (i32.const 0x00800000)) (i32.const 0x7f000000)))
      ;; m in 2^30..2^32 is the significand times 2^30 or 2^31, whichever makes its exponent even.
      (local.set $m (i32.shr_u
        (i32.or (i32.shl (local.get $a) (i32.const 8)) (i32.const 0x80000000))
        (i32.and (i32.shr_u (local.get $a) (i32.const 23)) (i32.const 1))))
      ;; Its root by Newton's iteration from a line that is less than 10 % off: then 0.6 % above, then above by less
      ;; than 0.8 or, rounded down, below by less than 1. So s, one less, is below by less than 2.
      (local.set $s (i32.add (i32.shr_u (local.get $m) (i32.const 17)) (i32.const 0x6a00)))
      (local.set $s (i32.shr_u
        (i32.add (local.get $s) (i32.div_u (local.get $m) (local.get $s)))
        (i32.const 1)))
      (local.set $s (i32.sub
        (i32.shr_u
          (i32.add (local.get $s) (i32.div_u (local.get $m) (local.get $s)))
          (i32.const 1))
        (i32.const 1)))
      ;; 9 more bits: the root of m * 2^18, or one more, since this leaves out the square of the 9 bits.
      (local.set $r (i32.add
        (i32.div_u
          (i32.shl (i32.sub (local.get $m) (i32.mul (local.get $s) (local.get $s))) (i32.const 8))
          (local.get $s))
        (i32.shl (local.get $s) (i32.const 9))))
      (local.set $r (i32.add
        (local.get $r)
        (i32.shr_s
          (i32.sub (i32.shl (local.get $m) (i32.const 18)) (i32.mul (local.get $r) (local.get $r)))
          (i32.const 31))))
      ;; The 25th bit rounds. A root is never halfway: its square would be odd.
      (return (i32.add
        (i32.shr_u (i32.add (local.get $r) (i32.const 1)) (i32.const 1))
        (i32.shl
          (i32.shr_u (i32.add (i32.shr_u (local.get $a) (i32.const 23)) (i32.const 125)) (i32.const 1))
          (i32.const 23)))))
    (call $f32_sqrt_slow (local.get $a)))

  (func $f32_sqrt_slow (param $a i32) (result i32)
    (local $e i32) (local $n i32) (local $s i32) (local $r i32) (local $t i32)
    (if (i32.eqz (i32.shl (local.get $a) (i32.const 1)))
      (then (return (local.get $a))))
    (if (i32.eq (local.get $a) (i32.const 0x7f800000))
      (then (return (local.get $a))))
    (if (i32.gt_u (local.get $a) (i32.const 0x7f800000))
      (then (return (i32.const 0x7fc00000))))
    ;; Subnormal: a * 2^(e - 157), where e has to be odd.
    (local.set $a (i32.shl (local.get $a) (i32.const 1)))
    (local.set $e (call $f32_exponent (local.get $a)))
    (local.set $a (call $f32_significand (local.get $a)))
    (if (i32.eqz (i32.and (local.get $e) (i32.const 1)))
      (then (local.set $a (i32.shr_u (local.get $a) (i32.const 1)))))
    ;; The root s in 25 digits of 1 bit, the first one a 1, each for two bits of a; r is the rest.
    (local.set $n (i32.const 25))
    (loop $next
      (local.set $r (i32.or
        (i32.shl (local.get $r) (i32.const 2))
        (i32.shr_u (local.get $a) (i32.const 30))))
      (local.set $a (i32.shl (local.get $a) (i32.const 2)))
      (local.set $t (i32.or (i32.shl (local.get $s) (i32.const 2)) (i32.const 1)))
      (local.set $s (i32.shl (local.get $s) (i32.const 1)))
      (if (i32.ge_u (local.get $r) (local.get $t))
        (then
          (local.set $r (i32.sub (local.get $r) (local.get $t)))
          (local.set $s (i32.or (local.get $s) (i32.const 1)))))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    ;; The last one rounds.
    (i32.add
      (i32.shr_u (i32.add (local.get $s) (i32.const 1)) (i32.const 1))
      (i32.shl
        (i32.add
          (i32.shr_s (i32.sub (local.get $e) (i32.const 156)) (i32.const 1))
          (i32.const 141))
        (i32.const 23))))
