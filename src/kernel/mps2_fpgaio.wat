  ;; Clock: FPGA system registers of Arm's MPS2 boards (DAI 0386, 3.2; DAI 0505, 3.4). CLK100HZ +0x14 counts hundredths of a
  ;; second. COUNTER +0x18 counts up each time that PRESCALE +0x1c cycles and one more have passed: microseconds here.
  (func $fpgaio (result i32)
    (i32.load $phys (i32.add (call $config) (global.get $CONFIG_CLOCK))))

  (func (export "clock_start")
    (i32.store $phys offset=0x1c (call $fpgaio)
      (i32.sub
        (i32.load $phys (i32.add (call $config) (global.get $CONFIG_CLOCK_MHZ)))
        (i32.const 1)))
    (i32.store $phys offset=0x18 (call $fpgaio) (i32.const 0))
    (i32.store $phys offset=0x14 (call $fpgaio) (i32.const 0)))

  ;; The counter of microseconds starts over after 71 minutes; the other one, which takes 497 days, says how often it
  ;; has: both count from the same start, so that their distance is near a multiple of 2^32 microseconds.
  (func $nanoseconds (result i64)
    (local $micros i64)
    (local.set $micros (i64.load32_u $phys offset=0x18 (call $fpgaio)))
    (i64.mul
      (i64.const 1000)
      (i64.add
        (local.get $micros)
        (i64.and
          (i64.add
            (i64.sub
              (i64.mul (i64.load32_u $phys offset=0x14 (call $fpgaio)) (i64.const 10000))
              (local.get $micros))
            (i64.const 0x8000_0000))
          (i64.const 0xffff_ffff_0000_0000)))))
