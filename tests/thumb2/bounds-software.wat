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
;; 22 bytes, frame 0
;; .L0:
;;    0  cmp.w r0, #65280
;;    4  bls.n .L1
;;    6  movw r12, #65532
;;    a  cmp r0, r12
;;    c  bls.n .L1
;;    e  udf #2
;; .L1:
;;   10  ldr.w r0, [r11, r0]
;;   14  bx lr
;;
;; main!store
;; 24 bytes, frame 0
;; .L0:
;;    0  cmp.w r0, #65280
;;    4  bls.n .L1
;;    6  movw r12, #65428
;;    a  cmp r0, r12
;;    c  bls.n .L1
;;    e  udf #2
;; .L1:
;;   10  add r0, r11
;;   12  strd r1, r2, [r0, #100]
;;   16  bx lr
;;
;; main!certain
;; 2 bytes, frame 0
;; .L0:
;;    0  udf #2
