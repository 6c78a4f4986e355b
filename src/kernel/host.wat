  ;; Host functions. `host` is the descriptor of what the component calls; the result is a trap code,
  ;; 0, or -1 after a trap that has been told. `frame` is the PSP after exception entry.

  (func $host (export "host") (param $host i32) (param $a i32) (param $b i32) (param $frame i32) (result i32)
    (local $function i32)
    (local.set $function (i32.load $phys (i32.add (local.get $host) (global.get $HOST_FUNCTION))))
    (if (i32.eq (local.get $function) (global.get $HOST_LOG_U32))
      (then
        (call $decimal (local.get $a))
        (call $put (i32.const 10))
        (return (i32.const 0))))
    (if (i32.eq (local.get $function) (global.get $HOST_BLAME))
      (then
        (i32.store $ram (global.get $DETAIL) (local.get $b))
        (call $blame (local.get $host) (local.get $a) (local.get $frame))
        (return (i32.const -1))))
    (if (i32.eq (local.get $function) (global.get $HOST_EXIT))
      (then (call $exit (local.get $a))))
    (if (i32.eq (local.get $function) (global.get $HOST_EXHAUSTED))
      (then
        (i32.store $ram (global.get $DETAIL) (local.get $a))
        (return (global.get $ARENA_EXHAUSTED))))
    (call $write (local.get $host) (local.get $a) (local.get $b)))

  ;; Bytes `at..at+length` of the component's first memory, as they are. The size that a growing memory has is a word
  ;; of the component's own, so the largest size bounds it.
  (func $write (param $host i32) (param $at i32) (param $length i32) (result i32)
    (local $size i32) (local $cell i32)
    (local.set $size (i32.load $phys (i32.add (local.get $host) (global.get $HOST_BYTES))))
    (local.set $cell (i32.load $phys (i32.add (local.get $host) (global.get $HOST_SIZE_CELL))))
    (if (local.get $cell)
      (then
        (local.set $cell (i32.load $phys (local.get $cell)))
        (if (i32.lt_u (local.get $cell) (local.get $size))
          (then (local.set $size (local.get $cell))))))
    (if (i32.gt_u (local.get $length) (local.get $size))
      (then (return (global.get $HOST_ARGUMENT))))
    (if (i32.gt_u (local.get $at) (i32.sub (local.get $size) (local.get $length)))
      (then (return (global.get $HOST_ARGUMENT))))
    (call $bytes
      (i32.add
        (i32.load $phys (i32.add (local.get $host) (global.get $HOST_MEMORY)))
        (local.get $at))
      (local.get $length))
    (i32.const 0))
