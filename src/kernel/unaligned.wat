  ;; Accesses that the hardware refuses at addresses that are no multiple of 4: LDRD, STRD, VLDR, VSTR (DDI 0403, A3.2.1).

  ;; Does the access that faulted, and puts the component behind it. 1 where the fault was another one, or the component
  ;; may not access what is there. `saved` holds r3-r11; the floating-point registers, where there are any, lie below.
  (func (export "unaligned") (param $frame i32) (param $saved i32) (result i32)
    (local $pc i32) (local $high i32) (local $low i32) (local $base i32) (local $address i32)
    (local $first i32) (local $second i32)
    ;; UNALIGNED and nothing else.
    (if (i32.ne (i32.load $phys (i32.const 0xe000ed28)) (i32.const 0x1000000))
      (then (return (i32.const 1))))
    (local.set $pc (i32.load $phys offset=24 (local.get $frame)))
    (local.set $high (i32.load16_u $phys (local.get $pc)))
    (local.set $low (i32.load16_u $phys offset=2 (local.get $pc)))
    ;; Rn; the stack is always aligned.
    (local.set $base (i32.and (local.get $high) (i32.const 15)))
    (if (i32.or (i32.eq (local.get $base) (i32.const 13)) (i32.eq (local.get $base) (i32.const 15)))
      (then (return (i32.const 1))))
    (local.set $base (i32.load $phys (call $slot (local.get $frame) (local.get $saved) (local.get $base))))
    ;; U: up or down by imm8 words.
    (local.set $address (i32.shl (i32.and (local.get $low) (i32.const 255)) (i32.const 2)))
    (local.set $address
      (select
        (i32.add (local.get $base) (local.get $address))
        (i32.sub (local.get $base) (local.get $address))
        (i32.and (local.get $high) (i32.const 0x80))))
    (block $decoded
      ;; LDRD, STRD: 1110 1001 U10L nnnn  tttt uuuu iiii iiii
      (if (i32.eq (i32.and (local.get $high) (i32.const 0xff60)) (i32.const 0xe940))
        (then
          (local.set $first
            (call $slot (local.get $frame) (local.get $saved) (i32.shr_u (local.get $low) (i32.const 12))))
          (local.set $second
            (call $slot (local.get $frame) (local.get $saved)
              (i32.and (i32.shr_u (local.get $low) (i32.const 8)) (i32.const 15))))
          (br $decoded)))
      ;; VLDR, VSTR: 1110 1101 UD0L nnnn  dddd 101z iiii iiii
      (if (i32.or
            (i32.ne (i32.and (local.get $high) (i32.const 0xff20)) (i32.const 0xed00))
            (i32.ne (i32.and (local.get $low) (i32.const 0x0e00)) (i32.const 0x0a00)))
        (then (return (i32.const 1))))
      ;; Dn is S2n and S2n+1; Sn is d:D.
      (local.set $first
        (i32.add
          (i32.sub (local.get $saved) (i32.const 128))
          (i32.shl (i32.shr_u (local.get $low) (i32.const 12)) (i32.const 3))))
      (if (i32.and (local.get $low) (i32.const 0x100))
        (then (local.set $second (i32.add (local.get $first) (i32.const 4))))
        (else
          (local.set $first
            (i32.add (local.get $first)
              (i32.shr_u (i32.and (local.get $high) (i32.const 0x40)) (i32.const 4)))))))
    ;; The second word first: what straddles the end of a memory writes nothing.
    (if (local.get $second)
      (then
        (if (call $transfer (local.get $second) (i32.add (local.get $address) (i32.const 4)) (local.get $high))
          (then (return (i32.const 1))))))
    (if (call $transfer (local.get $first) (local.get $address) (local.get $high))
      (then (return (i32.const 1))))
    (i32.store $phys (i32.const 0xe000ed28) (i32.const 0x1000000))
    (i32.store $phys offset=24 (local.get $frame) (i32.add (local.get $pc) (i32.const 4)))
    (i32.const 0))

  ;; Where a core register of the component is saved.
  (func $slot (param $frame i32) (param $saved i32) (param $register i32) (result i32)
    (if (i32.lt_u (local.get $register) (i32.const 4))
      (then (return (i32.add (local.get $frame) (i32.shl (local.get $register) (i32.const 2))))))
    (if (i32.eq (local.get $register) (i32.const 12))
      (then (return (i32.add (local.get $frame) (i32.const 16)))))
    (if (i32.eq (local.get $register) (i32.const 14))
      (then (return (i32.add (local.get $frame) (i32.const 20)))))
    (i32.add (local.get $saved) (i32.shl (i32.sub (local.get $register) (i32.const 3)) (i32.const 2))))

  ;; One word between a register's place and memory, as the component. L: a load. 1 if it may not.
  (func $transfer (param $slot i32) (param $address i32) (param $high i32) (result i32)
    (local $ok i32) (local $value i32)
    (if (i32.and (local.get $high) (i32.const 0x10))
      (then
        (call $user_load (local.get $address))
        (local.set $ok)
        (local.set $value)
        (if (local.get $ok)
          (then (i32.store $phys (local.get $slot) (local.get $value)))))
      (else
        (local.set $ok
          (call $user_store (local.get $address) (i32.load $phys (local.get $slot))))))
    (i32.eqz (local.get $ok)))
