  ;; The host functions of systems in which a component asks for the time: `frame` is where the caller's exception frame
  ;; is, inside its stack; r0 and r1 come from there when it goes on.
  (func (export "host_or_clock") (param $host i32) (param $a i32) (param $b i32) (param $frame i32) (result i32)
    (if (i32.eq
          (i32.load $phys (i32.add (local.get $host) (global.get $HOST_FUNCTION)))
          (global.get $HOST_CLOCK))
      (then
        (i64.store $phys (local.get $frame) (call $nanoseconds))
        (return (i32.const 0))))
    (call $host (local.get $host) (local.get $a) (local.get $b) (local.get $frame)))
