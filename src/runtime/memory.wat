  ;; Bulk memory. The caller has checked both ranges.

  ;; Overlap allowed. Destinations are aligned for the word loops, sources may be at any address.
  (func $copy (export "memory_copy") (param $to i32) (param $from i32) (param $length i32)
    (local $w0 i32) (local $w1 i32) (local $w2 i32) (local $w3 i32)
    ;; A destination inside the source, past its start, would overwrite what is still to be read.
    (if (i32.lt_u (i32.sub (local.get $to) (local.get $from)) (local.get $length))
      (then (return (call $copy_backward (local.get $to) (local.get $from) (local.get $length)))))
    (block $tail
      (br_if $tail (i32.lt_u (local.get $length) (i32.const 16)))
      (block $aligned
        (loop $align
          (br_if $aligned (i32.eqz (i32.and (local.get $to) (i32.const 3))))
          (i32.store8 (local.get $to) (i32.load8_u (local.get $from)))
          (local.set $to (i32.add (local.get $to) (i32.const 1)))
          (local.set $from (i32.add (local.get $from) (i32.const 1)))
          (local.set $length (i32.sub (local.get $length) (i32.const 1)))
          (br $align)))
      (block $words
        (br_if $words (i32.lt_u (local.get $length) (i32.const 16)))
        (loop $four
          (local.set $w0 (i32.load offset=0 (local.get $from)))
          (local.set $w1 (i32.load offset=4 (local.get $from)))
          (local.set $w2 (i32.load offset=8 (local.get $from)))
          (local.set $w3 (i32.load offset=12 (local.get $from)))
          (i32.store offset=0 (local.get $to) (local.get $w0))
          (i32.store offset=4 (local.get $to) (local.get $w1))
          (i32.store offset=8 (local.get $to) (local.get $w2))
          (i32.store offset=12 (local.get $to) (local.get $w3))
          (local.set $to (i32.add (local.get $to) (i32.const 16)))
          (local.set $from (i32.add (local.get $from) (i32.const 16)))
          (local.set $length (i32.sub (local.get $length) (i32.const 16)))
          (br_if $four (i32.ge_u (local.get $length) (i32.const 16)))))
      (br_if $tail (i32.lt_u (local.get $length) (i32.const 4)))
      (loop $one
        (i32.store (local.get $to) (i32.load (local.get $from)))
        (local.set $to (i32.add (local.get $to) (i32.const 4)))
        (local.set $from (i32.add (local.get $from) (i32.const 4)))
        (local.set $length (i32.sub (local.get $length) (i32.const 4)))
        (br_if $one (i32.ge_u (local.get $length) (i32.const 4)))))
    (block $done
      (br_if $done (i32.eqz (local.get $length)))
      (loop $byte
        (i32.store8 (local.get $to) (i32.load8_u (local.get $from)))
        (local.set $to (i32.add (local.get $to) (i32.const 1)))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br_if $byte (local.tee $length (i32.sub (local.get $length) (i32.const 1)))))))

  ;; From the ends down. The length is not 0.
  (func $copy_backward (param $to i32) (param $from i32) (param $length i32)
    (local $w0 i32) (local $w1 i32) (local $w2 i32) (local $w3 i32)
    (local.set $to (i32.add (local.get $to) (local.get $length)))
    (local.set $from (i32.add (local.get $from) (local.get $length)))
    (block $tail
      (br_if $tail (i32.lt_u (local.get $length) (i32.const 16)))
      (block $aligned
        (loop $align
          (br_if $aligned (i32.eqz (i32.and (local.get $to) (i32.const 3))))
          (local.set $to (i32.sub (local.get $to) (i32.const 1)))
          (local.set $from (i32.sub (local.get $from) (i32.const 1)))
          (local.set $length (i32.sub (local.get $length) (i32.const 1)))
          (i32.store8 (local.get $to) (i32.load8_u (local.get $from)))
          (br $align)))
      (block $words
        (br_if $words (i32.lt_u (local.get $length) (i32.const 16)))
        (loop $four
          (local.set $to (i32.sub (local.get $to) (i32.const 16)))
          (local.set $from (i32.sub (local.get $from) (i32.const 16)))
          (local.set $length (i32.sub (local.get $length) (i32.const 16)))
          (local.set $w0 (i32.load offset=0 (local.get $from)))
          (local.set $w1 (i32.load offset=4 (local.get $from)))
          (local.set $w2 (i32.load offset=8 (local.get $from)))
          (local.set $w3 (i32.load offset=12 (local.get $from)))
          (i32.store offset=0 (local.get $to) (local.get $w0))
          (i32.store offset=4 (local.get $to) (local.get $w1))
          (i32.store offset=8 (local.get $to) (local.get $w2))
          (i32.store offset=12 (local.get $to) (local.get $w3))
          (br_if $four (i32.ge_u (local.get $length) (i32.const 16)))))
      (br_if $tail (i32.lt_u (local.get $length) (i32.const 4)))
      (loop $one
        (local.set $to (i32.sub (local.get $to) (i32.const 4)))
        (local.set $from (i32.sub (local.get $from) (i32.const 4)))
        (local.set $length (i32.sub (local.get $length) (i32.const 4)))
        (i32.store (local.get $to) (i32.load (local.get $from)))
        (br_if $one (i32.ge_u (local.get $length) (i32.const 4)))))
    (block $done
      (br_if $done (i32.eqz (local.get $length)))
      (loop $byte
        (local.set $to (i32.sub (local.get $to) (i32.const 1)))
        (local.set $from (i32.sub (local.get $from) (i32.const 1)))
        (i32.store8 (local.get $to) (i32.load8_u (local.get $from)))
        (br_if $byte (local.tee $length (i32.sub (local.get $length) (i32.const 1)))))))

  (func (export "memory_fill") (param $to i32) (param $byte i32) (param $length i32)
    (local $word i32)
    (block $tail
      (br_if $tail (i32.lt_u (local.get $length) (i32.const 16)))
      (local.set $word (i32.mul (i32.and (local.get $byte) (i32.const 0xff)) (i32.const 0x01010101)))
      (block $aligned
        (loop $align
          (br_if $aligned (i32.eqz (i32.and (local.get $to) (i32.const 3))))
          (i32.store8 (local.get $to) (local.get $byte))
          (local.set $to (i32.add (local.get $to) (i32.const 1)))
          (local.set $length (i32.sub (local.get $length) (i32.const 1)))
          (br $align)))
      (block $words
        (br_if $words (i32.lt_u (local.get $length) (i32.const 16)))
        (loop $four
          (i32.store offset=0 (local.get $to) (local.get $word))
          (i32.store offset=4 (local.get $to) (local.get $word))
          (i32.store offset=8 (local.get $to) (local.get $word))
          (i32.store offset=12 (local.get $to) (local.get $word))
          (local.set $to (i32.add (local.get $to) (i32.const 16)))
          (local.set $length (i32.sub (local.get $length) (i32.const 16)))
          (br_if $four (i32.ge_u (local.get $length) (i32.const 16))))))
    (block $done
      (br_if $done (i32.eqz (local.get $length)))
      (loop $next
        (i32.store8 (local.get $to) (local.get $byte))
        (local.set $to (i32.add (local.get $to) (i32.const 1)))
        (br_if $next (local.tee $length (i32.sub (local.get $length) (i32.const 1)))))))

  ;; Words at a multiple of 4, as tables are.
  (func (export "word_fill") (param $to i32) (param $word i32) (param $count i32)
    (block $done
      (br_if $done (i32.eqz (local.get $count)))
      (loop $next
        (i32.store (local.get $to) (local.get $word))
        (local.set $to (i32.add (local.get $to) (i32.const 4)))
        (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))))

  ;; Copies UTF-8 and checks it (Unicode 15, table 3-7): 1 if it is not well formed. The ranges do not overlap.
  (func (export "utf8_copy") (param $to i32) (param $from i32) (param $length i32) (result i32)
    (local $end i32) (local $byte i32) (local $word i32) (local $left i32) (local $low i32) (local $high i32)
    (local $w1 i32) (local $w2 i32) (local $w3 i32)
    (local.set $end (i32.add (local.get $from) (local.get $length)))
    (loop $next
      ;; Sixteen or four at a time, as long as they are ASCII.
      (block $mixed
        (loop $four
          (br_if $mixed (i32.lt_u (i32.sub (local.get $end) (local.get $from)) (i32.const 16)))
          (local.set $word (i32.load offset=0 (local.get $from)))
          (local.set $w1 (i32.load offset=4 (local.get $from)))
          (local.set $w2 (i32.load offset=8 (local.get $from)))
          (local.set $w3 (i32.load offset=12 (local.get $from)))
          (br_if $mixed
            (i32.and
              (i32.or
                (i32.or (local.get $word) (local.get $w1))
                (i32.or (local.get $w2) (local.get $w3)))
              (i32.const 0x80808080)))
          (i32.store offset=0 (local.get $to) (local.get $word))
          (i32.store offset=4 (local.get $to) (local.get $w1))
          (i32.store offset=8 (local.get $to) (local.get $w2))
          (i32.store offset=12 (local.get $to) (local.get $w3))
          (local.set $to (i32.add (local.get $to) (i32.const 16)))
          (local.set $from (i32.add (local.get $from) (i32.const 16)))
          (br $four)))
      (block $few
        (loop $words
          (br_if $few (i32.lt_u (i32.sub (local.get $end) (local.get $from)) (i32.const 4)))
          (local.set $word (i32.load (local.get $from)))
          (br_if $few (i32.and (local.get $word) (i32.const 0x80808080)))
          (i32.store (local.get $to) (local.get $word))
          (local.set $to (i32.add (local.get $to) (i32.const 4)))
          (local.set $from (i32.add (local.get $from) (i32.const 4)))
          (br $words)))
      (if (i32.eq (local.get $from) (local.get $end))
        (then (return (i32.const 0))))
      (local.set $byte (i32.load8_u (local.get $from)))
      (i32.store8 (local.get $to) (local.get $byte))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))
      (local.set $to (i32.add (local.get $to) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $byte) (i32.const 0x80)))
      ;; How many bytes follow, and the range of the first of them.
      (if (i32.gt_u (i32.sub (local.get $byte) (i32.const 0xc2)) (i32.const 0x32))
        (then (return (i32.const 1))))
      (local.set $low (i32.const 0x80))
      (local.set $high (i32.const 0xbf))
      (local.set $left (i32.const 1))
      (if (i32.ge_u (local.get $byte) (i32.const 0xe0))
        (then
          (local.set $left (i32.const 2))
          (if (i32.eq (local.get $byte) (i32.const 0xe0))
            (then (local.set $low (i32.const 0xa0))))
          (if (i32.eq (local.get $byte) (i32.const 0xed))
            (then (local.set $high (i32.const 0x9f))))
          (if (i32.ge_u (local.get $byte) (i32.const 0xf0))
            (then
              (local.set $left (i32.const 3))
              (if (i32.eq (local.get $byte) (i32.const 0xf0))
                (then (local.set $low (i32.const 0x90))))
              (if (i32.eq (local.get $byte) (i32.const 0xf4))
                (then (local.set $high (i32.const 0x8f))))))))
      (loop $following
        (if (i32.eq (local.get $from) (local.get $end))
          (then (return (i32.const 1))))
        (local.set $byte (i32.load8_u (local.get $from)))
        (if (i32.gt_u (i32.sub (local.get $byte) (local.get $low)) (i32.sub (local.get $high) (local.get $low)))
          (then (return (i32.const 1))))
        (i32.store8 (local.get $to) (local.get $byte))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (local.set $to (i32.add (local.get $to) (i32.const 1)))
        (local.set $low (i32.const 0x80))
        (local.set $high (i32.const 0xbf))
        (br_if $following (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (br $next))
    (unreachable))
