  ;; Console: Arm CMSDK APB UART (DDI 0479, 4.3). DATA +0, STATE +4 (bit 0: transmit buffer full), CTRL +8 (bit 0:
  ;; transmit enable), BAUDDIV +16 (at least 16).
  (func $console_start (param $uart i32)
    (i32.store $phys offset=16 (local.get $uart) (i32.const 217))
    (i32.store $phys offset=8 (local.get $uart) (i32.const 1)))

  (func $put (param $byte i32)
    (local $uart i32)
    (local.set $uart (i32.load $phys (i32.add (call $config) (global.get $CONFIG_CONSOLE))))
    (loop $full
      (br_if $full (i32.and (i32.load $phys offset=4 (local.get $uart)) (i32.const 1))))
    (i32.store $phys (local.get $uart) (local.get $byte)))
