;; The pinned base takes part in every address: register offset where the wasm offset is 0, one shared sum otherwise.
(module
  (memory 1)
  (global $g (mut i32) (i32.const 1))
  (func $indexed (param i32) (result i32) (i32.load (local.get 0)))
  (func $scaled (param i32) (result i32) (i32.load (i32.shl (local.get 0) (i32.const 2))))
  (func $field (param i32) (result i32) (i32.add (i32.load offset=4 (local.get 0)) (i32.load offset=8 (local.get 0))))
  (func $constant (result i32) (i32.load (i32.const 1024)))
  (func $far_constant (result i32) (i32.load (i32.const 0x8000)))
  (func $byte (param i32) (result i32) (i32.load8_s (local.get 0)))
  (func $half (param i32 i32) (i32.store16 offset=2 (local.get 0) (local.get 1)))
  (func $pair (param i32) (result i64) (i64.load offset=16 (local.get 0)))
  (func $pair_store (param i32 i64) (i64.store (local.get 0) (local.get 1)))
  (func $global (global.set $g (i32.add (global.get $g) (i32.const 1)))))

;;= output
;;
;; main!indexed
;; 6 bytes, frame 0
;; .L0:
;;    0  ldr.w r0, [r11, r0]
;;    4  bx lr
;;
;; main!scaled
;; 6 bytes, frame 0
;; .L0:
;;    0  ldr.w r0, [r11, r0, lsl #2]
;;    4  bx lr
;;
;; main!field
;; 12 bytes, frame 0
;; .L0:
;;    0  add.w r2, r11, r0
;;    4  ldr r0, [r2, #4]
;;    6  ldr r1, [r2, #8]
;;    8  adds r0, r0, r1
;;    a  bx lr
;;
;; main!constant
;; 6 bytes, frame 0
;; .L0:
;;    0  ldr.w r0, [r11, #1024]
;;    4  bx lr
;;
;; main!far_constant
;; 8 bytes, frame 0
;; .L0:
;;    0  add.w r1, r11, #32768
;;    4  ldr r0, [r1]
;;    6  bx lr
;;
;; main!byte
;; 6 bytes, frame 0
;; .L0:
;;    0  ldrsb.w r0, [r11, r0]
;;    4  bx lr
;;
;; main!half
;; 8 bytes, frame 0
;; .L0:
;;    0  add.w r3, r11, r0
;;    4  strh r1, [r3, #2]
;;    6  bx lr
;;
;; main!pair
;; 10 bytes, frame 0
;; .L0:
;;    0  add.w r2, r11, r0
;;    4  ldrd r0, r1, [r2, #16]
;;    8  bx lr
;;
;; main!pair_store
;; 8 bytes, frame 0
;; .L0:
;;    0  add r0, r11
;;    2  strd r1, r2, [r0]
;;    6  bx lr
;;
;; main!global
;; 12 bytes, frame 0
;; .L0:
;;    0  ldr r1, [r11, #-4]
;;    4  adds r3, r1, #1
;;    6  str r3, [r11, #-4]
;;    a  bx lr
