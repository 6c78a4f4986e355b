;; One instruction where there is one; the shortest encoding; no frame for a leaf.
(module
  (func $add (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func $add_small (param i32) (result i32) (i32.add (local.get 0) (i32.const 200)))
  (func $add_wide (param i32) (result i32) (i32.add (local.get 0) (i32.const 4095)))
  (func $add_negative (param i32) (result i32) (i32.add (local.get 0) (i32.const -5)))
  (func $add_constant (param i32) (result i32) (i32.add (local.get 0) (i32.const 0x12345)))
  (func $from_constant (param i32) (result i32) (i32.sub (i32.const 7) (local.get 0)))
  (func $add_shifted (param i32 i32) (result i32) (i32.add (local.get 0) (i32.shl (local.get 1) (i32.const 3))))
  (func $multiply_add (param i32 i32 i32) (result i32)
    (i32.add (local.get 0) (i32.mul (local.get 1) (local.get 2))))
  (func $multiply_subtract (param i32 i32 i32) (result i32)
    (i32.sub (local.get 0) (i32.mul (local.get 1) (local.get 2))))
  (func $mask (param i32) (result i32) (i32.and (local.get 0) (i32.const 0x3ff)))
  (func $byte (param i32) (result i32) (i32.and (local.get 0) (i32.const 0xff)))
  (func $clear (param i32) (result i32) (i32.and (local.get 0) (i32.const 0xffffff00)))
  (func $and_not (param i32 i32) (result i32)
    (i32.and (local.get 0) (i32.xor (local.get 1) (i32.const -1))))
  (func $rotate (param i32) (result i32) (i32.rotl (local.get 0) (i32.const 7)))
  (func $trailing_zeros (param i32) (result i32) (i32.ctz (local.get 0)))
  (func $sign_extend (param i32) (result i32) (i32.extend8_s (local.get 0))))

;;= output
;;
;; main!add
;; 4 bytes, frame 0
;; .L0:
;;    0  adds r0, r0, r1
;;    2  bx lr
;;
;; main!add_small
;; 4 bytes, frame 0
;; .L0:
;;    0  adds r0, #200
;;    2  bx lr
;;
;; main!add_wide
;; 6 bytes, frame 0
;; .L0:
;;    0  addw r0, r0, #4095
;;    4  bx lr
;;
;; main!add_negative
;; 4 bytes, frame 0
;; .L0:
;;    0  subs r0, r0, #5
;;    2  bx lr
;;
;; main!add_constant
;; 12 bytes, frame 0
;; .L0:
;;    0  movw r3, #9029
;;    4  movt r3, #1
;;    8  adds r0, r0, r3
;;    a  bx lr
;;
;; main!from_constant
;; 6 bytes, frame 0
;; .L0:
;;    0  rsb.w r0, r0, #7
;;    4  bx lr
;;
;; main!add_shifted
;; 6 bytes, frame 0
;; .L0:
;;    0  add.w r0, r0, r1, lsl #3
;;    4  bx lr
;;
;; main!multiply_add
;; 6 bytes, frame 0
;; .L0:
;;    0  mla r0, r1, r2, r0
;;    4  bx lr
;;
;; main!multiply_subtract
;; 6 bytes, frame 0
;; .L0:
;;    0  mls r0, r1, r2, r0
;;    4  bx lr
;;
;; main!mask
;; 6 bytes, frame 0
;; .L0:
;;    0  ubfx r0, r0, #0, #10
;;    4  bx lr
;;
;; main!byte
;; 4 bytes, frame 0
;; .L0:
;;    0  uxtb r0, r0
;;    2  bx lr
;;
;; main!clear
;; 6 bytes, frame 0
;; .L0:
;;    0  bic r0, r0, #255
;;    4  bx lr
;;
;; main!and_not
;; 4 bytes, frame 0
;; .L0:
;;    0  bics r0, r1
;;    2  bx lr
;;
;; main!rotate
;; 6 bytes, frame 0
;; .L0:
;;    0  ror.w r0, r0, #25
;;    4  bx lr
;;
;; main!trailing_zeros
;; 10 bytes, frame 0
;; .L0:
;;    0  rbit r3, r0
;;    4  clz r0, r3
;;    8  bx lr
;;
;; main!sign_extend
;; 4 bytes, frame 0
;; .L0:
;;    0  sxtb r0, r0
;;    2  bx lr
