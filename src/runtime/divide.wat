  ;; 64-bit division from 32-bit division. The caller has checked for zero and for overflow.

  ;; (hi:lo) / d, where hi < d, so that the quotient has 32 bits. Two digits of 16 bits each (Knuth, algorithm D;
  ;; Warren, Hacker's Delight, 9-4): with d normalised, an estimate by its upper half is at most 2 too large.
  (func $divide_long (param $hi i32) (param $lo i32) (param $d i32) (result i32)
    (local $shift i32) (local $d_hi i32) (local $d_lo i32)
    (local $digit i32) (local $rest i32) (local $quotient i32) (local $second i32)
    (local.set $shift (i32.clz (local.get $d)))
    (local.set $d (i32.shl (local.get $d) (local.get $shift)))
    (local.set $d_hi (i32.shr_u (local.get $d) (i32.const 16)))
    (local.set $d_lo (i32.and (local.get $d) (i32.const 0xffff)))
    ;; lo >> (32 - shift), also for shift 0.
    (local.set $hi (i32.or
      (i32.shl (local.get $hi) (local.get $shift))
      (i32.shr_u (i32.shr_u (local.get $lo) (i32.const 1)) (i32.xor (local.get $shift) (i32.const 31)))))
    (local.set $lo (i32.shl (local.get $lo) (local.get $shift)))
    (loop $next
      (local.set $digit (i32.div_u (local.get $hi) (local.get $d_hi)))
      (local.set $rest (i32.sub (local.get $hi) (i32.mul (local.get $digit) (local.get $d_hi))))
      (block $exact
        (loop $correct
          (br_if $exact (i32.and
            (i32.lt_u (local.get $digit) (i32.const 0x10000))
            (i32.le_u
              (i32.mul (local.get $digit) (local.get $d_lo))
              (i32.or (i32.shl (local.get $rest) (i32.const 16)) (i32.shr_u (local.get $lo) (i32.const 16))))))
          (local.set $digit (i32.sub (local.get $digit) (i32.const 1)))
          (local.set $rest (i32.add (local.get $rest) (local.get $d_hi)))
          (br_if $correct (i32.lt_u (local.get $rest) (i32.const 0x10000)))))
      (local.set $hi (i32.sub
        (i32.or (i32.shl (local.get $hi) (i32.const 16)) (i32.shr_u (local.get $lo) (i32.const 16)))
        (i32.mul (local.get $digit) (local.get $d))))
      (local.set $lo (i32.shl (local.get $lo) (i32.const 16)))
      (local.set $quotient (i32.or (i32.shl (local.get $quotient) (i32.const 16)) (local.get $digit)))
      (local.set $second (i32.xor (local.get $second) (i32.const 1)))
      (br_if $next (local.get $second)))
    (local.get $quotient))

  (func $div_u (export "i64_div_u") (param $n i64) (param $d i64) (result i64)
    (local $n_hi i32) (local $n_lo i32) (local $d_hi i32) (local $d_lo i32) (local $shift i32) (local $q i32)
    (local.set $n_hi (i32.wrap_i64 (i64.shr_u (local.get $n) (i64.const 32))))
    (local.set $n_lo (i32.wrap_i64 (local.get $n)))
    (local.set $d_hi (i32.wrap_i64 (i64.shr_u (local.get $d) (i64.const 32))))
    (local.set $d_lo (i32.wrap_i64 (local.get $d)))
    (if (i32.eqz (local.get $d_hi))
      (then
        (if (i32.eqz (local.get $n_hi))
          (then (return (i64.extend_i32_u (i32.div_u (local.get $n_lo) (local.get $d_lo))))))
        ;; Two digits of 32 bits: the first by one division.
        (local.set $q (i32.div_u (local.get $n_hi) (local.get $d_lo)))
        (return (i64.or
          (i64.shl (i64.extend_i32_u (local.get $q)) (i64.const 32))
          (i64.extend_i32_u (call $divide_long
            (i32.sub (local.get $n_hi) (i32.mul (local.get $q) (local.get $d_lo)))
            (local.get $n_lo)
            (local.get $d_lo)))))))
    (if (i32.lt_u (local.get $n_hi) (local.get $d_hi))
      (then (return (i64.const 0))))
    ;; The quotient has 32 bits. Divide n / 2 by the upper 32 bits of the normalised divisor: the estimate, less one,
    ;; is right or one too small (Hacker's Delight, 9-5).
    (local.set $shift (i32.clz (local.get $d_hi)))
    (local.set $q (call $divide_long
      (i32.shr_u (local.get $n_hi) (i32.const 1))
      (i32.or (i32.shl (local.get $n_hi) (i32.const 31)) (i32.shr_u (local.get $n_lo) (i32.const 1)))
      (i32.or
        (i32.shl (local.get $d_hi) (local.get $shift))
        (i32.shr_u (i32.shr_u (local.get $d_lo) (i32.const 1)) (i32.xor (local.get $shift) (i32.const 31))))))
    (local.set $q (i32.shr_u (local.get $q) (i32.xor (local.get $shift) (i32.const 31))))
    (local.set $q (i32.sub (local.get $q) (i32.ne (local.get $q) (i32.const 0))))
    (local.set $n (i64.sub (local.get $n) (i64.mul (i64.extend_i32_u (local.get $q)) (local.get $d))))
    (i64.extend_i32_u (i32.add (local.get $q) (i64.ge_u (local.get $n) (local.get $d)))))

  (func $rem_u (export "i64_rem_u") (param $n i64) (param $d i64) (result i64)
    (i64.sub (local.get $n) (i64.mul (call $div_u (local.get $n) (local.get $d)) (local.get $d))))

  ;; Both work on magnitudes, (x ^ sign) - sign.
  (func (export "i64_div_s") (param $n i64) (param $d i64) (result i64)
    (local $n_sign i64) (local $d_sign i64)
    (local.set $n_sign (i64.shr_s (local.get $n) (i64.const 63)))
    (local.set $d_sign (i64.shr_s (local.get $d) (i64.const 63)))
    (local.set $n (i64.sub (i64.xor (local.get $n) (local.get $n_sign)) (local.get $n_sign)))
    (local.set $d (i64.sub (i64.xor (local.get $d) (local.get $d_sign)) (local.get $d_sign)))
    (local.set $n_sign (i64.xor (local.get $n_sign) (local.get $d_sign)))
    (i64.sub (i64.xor (call $div_u (local.get $n) (local.get $d)) (local.get $n_sign)) (local.get $n_sign)))

  ;; The sign is that of the dividend. -2^63 % -1 is 0.
  (func (export "i64_rem_s") (param $n i64) (param $d i64) (result i64)
    (local $n_sign i64) (local $d_sign i64)
    (local.set $n_sign (i64.shr_s (local.get $n) (i64.const 63)))
    (local.set $d_sign (i64.shr_s (local.get $d) (i64.const 63)))
    (local.set $n (i64.sub (i64.xor (local.get $n) (local.get $n_sign)) (local.get $n_sign)))
    (local.set $d (i64.sub (i64.xor (local.get $d) (local.get $d_sign)) (local.get $d_sign)))
    (i64.sub (i64.xor (call $rem_u (local.get $n) (local.get $d)) (local.get $n_sign)) (local.get $n_sign)))
