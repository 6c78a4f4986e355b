;; One compare with a constant for each access, the reason in the trap's own immediate.
;;! component "main" "main.wat" { memory budget=(KiB)64; bounds "software"; }
(module
  (memory 1)
  (func $load (param i32) (result i32) (i32.load (local.get 0)))
  (func $store (param i32 i64) (i64.store offset=100 (local.get 0) (local.get 1)))
  (func $certain (param i32) (result i32) (i32.load offset=65536 (local.get 0))))

;;= output
;;
;; main!load
;; 16 bytes, frame 0
;; .L0:
;;    0  movw r3, #65532
;;    4  cmp r0, r3
;;    6  bls.n #0
;;    8  udf #2
;;    a  ldr.w r0, [r11, r0]
;;    e  bx lr
;;
;; main!store
;; 22 bytes, frame 8
;; .L0:
;;    0  push {r4, lr}
;;    2  add.w r3, r11, r0
;;    6  movw r4, #65428
;;    a  cmp r0, r4
;;    c  bls.n #0
;;    e  udf #2
;;   10  strd r1, r2, [r3, #100]
;;   14  pop {r4, pc}
;;
;; main!certain
;; 2 bytes, frame 0
;; .L0:
;;    0  udf #2
