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
;; 18 bytes, frame 0
;; .L0:
;;    0  movw r3, #65428
;;    4  cmp r0, r3
;;    6  bls.n #0
;;    8  udf #2
;;    a  add r0, r11
;;    c  strd r1, r2, [r0, #100]
;;   10  bx lr
;;
;; main!certain
;; 2 bytes, frame 0
;; .L0:
;;    0  udf #2
