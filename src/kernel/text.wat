  ;; Text on the console.

  (func $config (result i32)
    (i32.load $ram (global.get $CONFIG)))

  (func $bytes (param $at i32) (param $length i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $at) (local.get $end)))
        (call $put (i32.load8_u $phys (local.get $at)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next))))

  ;; `string`: address of [address, length].
  (func $string (param $string i32)
    (call $bytes
      (i32.load $phys (local.get $string))
      (i32.load $phys offset=4 (local.get $string))))

  (func $text (param $index i32)
    (call $string
      (i32.add
        (i32.load $phys (i32.add (call $config) (global.get $CONFIG_TEXTS)))
        (i32.shl (local.get $index) (i32.const 3)))))

  ;; Eight digits, as 0x2000_4000.
  (func $hex (param $value i32)
    (local $left i32) (local $digit i32)
    (call $put (i32.const 0x30)) ;; 0
    (call $put (i32.const 0x78)) ;; x
    (local.set $left (i32.const 8))
    (loop $next
      (if (i32.eq (local.get $left) (i32.const 4))
        (then (call $put (i32.const 0x5f)))) ;; _
      (local.set $value (i32.rotl (local.get $value) (i32.const 4)))
      (local.set $digit (i32.and (local.get $value) (i32.const 15)))
      (call $put
        (i32.add
          (local.get $digit)
          (select (i32.const 0x30) (i32.const 0x57) (i32.lt_u (local.get $digit) (i32.const 10)))))
      (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))

  ;; From the largest power of ten down: no buffer is needed, and no recursion.
  (func $decimal (param $value i32)
    (local $power i32)
    (local.set $power (i32.const 1000000000))
    (block $started
      (loop $skip
        (br_if $started (i32.eq (local.get $power) (i32.const 1)))
        (br_if $started (i32.ge_u (local.get $value) (local.get $power)))
        (local.set $power (i32.div_u (local.get $power) (i32.const 10)))
        (br $skip)))
    (loop $next
      (call $put (i32.add (i32.const 0x30) (i32.div_u (local.get $value) (local.get $power))))
      (local.set $value (i32.rem_u (local.get $value) (local.get $power)))
      (br_if $next (local.tee $power (i32.div_u (local.get $power) (i32.const 10))))))
