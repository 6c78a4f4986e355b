  ;; The arena behind `cabi_realloc`: a bump allocator that never grows the memory.
  ;;
  ;; `state` holds three words: the next free address, the address of the last block (u32::MAX at first), and the
  ;; highest `next` so far. Invariant: start <= next <= end. Every sum is checked before it is formed.
  ;; Returns u32::MAX when it does not fit; u32::MAX - 1 when `align` is no power of two, and when the old block is not
  ;; inside what the arena has handed out. Both change nothing, and are the address of no block: memories are smaller.
  (func (export "arena_realloc")
    (param $state i32) (param $start i32) (param $end i32) (param $memory i32)
    (param $old i32) (param $old_length i32) (param $align i32) (param $length i32) (result i32)
    (local $next i32) (local $new i32)
    ;; x is a power of two exactly if x ^ (x - 1) is above x - 1.
    (if (i32.le_u
        (i32.xor (local.get $align) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (local.get $align) (i32.const 1)))
      (then (return (i32.const -2))))
    (if (i32.eqz (i32.or (local.get $old_length) (local.get $length)))
      (then (return (local.get $align))))
    (local.set $next (i32.load offset=0 (local.get $state)))
    (if (local.get $old_length)
      (then
        (if (i32.lt_u (local.get $old) (local.get $start))
          (then (return (i32.const -2))))
        (if (i32.gt_u (local.get $old) (local.get $next))
          (then (return (i32.const -2))))
        (if (i32.gt_u (local.get $old_length) (i32.sub (local.get $next) (local.get $old)))
          (then (return (i32.const -2))))
        (if (i32.eqz (i32.and (local.get $old) (i32.sub (local.get $align) (i32.const 1))))
          (then
            ;; In place: the last block grows and shrinks, others only shrink.
            (if (i32.eq (local.get $old) (i32.load offset=4 (local.get $state)))
              (then
                (if (i32.gt_u (local.get $length) (i32.sub (local.get $end) (local.get $old)))
                  (then (return (i32.const -1))))
                (call $set_next (local.get $state) (i32.add (local.get $old) (local.get $length)))
                (return (local.get $old))))
            (if (i32.le_u (local.get $length) (local.get $old_length))
              (then (return (local.get $old))))))))
    ;; A sum that wraps is below `next`.
    (local.set $new (i32.and
      (i32.add (local.get $next) (i32.sub (local.get $align) (i32.const 1)))
      (i32.sub (i32.const 0) (local.get $align))))
    (if (i32.lt_u (local.get $new) (local.get $next))
      (then (return (i32.const -1))))
    (if (i32.gt_u (local.get $new) (local.get $end))
      (then (return (i32.const -1))))
    (if (i32.gt_u (local.get $length) (i32.sub (local.get $end) (local.get $new)))
      (then (return (i32.const -1))))
    (call $set_next (local.get $state) (i32.add (local.get $new) (local.get $length)))
    (i32.store offset=4 (local.get $state) (local.get $new))
    (if (local.get $old_length)
      (then
        (call $copy
          (i32.add (local.get $memory) (local.get $new))
          (i32.add (local.get $memory) (local.get $old))
          (select (local.get $length) (local.get $old_length) (i32.lt_u (local.get $length) (local.get $old_length))))))
    (local.get $new))

  (func $set_next (param $state i32) (param $next i32)
    (i32.store offset=0 (local.get $state) (local.get $next))
    (if (i32.gt_u (local.get $next) (i32.load offset=8 (local.get $state)))
      (then (i32.store offset=8 (local.get $state) (local.get $next)))))

  ;; Takes all blocks back. What the most was that the arena has held is kept.
  (func (export "arena_reset") (param $state i32) (param $start i32)
    (i32.store offset=0 (local.get $state) (local.get $start))
    (i32.store offset=4 (local.get $state) (i32.const -1)))
