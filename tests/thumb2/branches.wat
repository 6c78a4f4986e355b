;; Flags fused with branches, CBZ, tables, conditional moves.
(module
  (func $less (param i32 i32) (result i32) (i32.lt_s (local.get 0) (local.get 1)))
  (func $minimum (param i32 i32) (result i32)
    (select (local.get 0) (local.get 1) (i32.lt_u (local.get 0) (local.get 1))))
  (func $if_zero (param i32) (result i32)
    (if (result i32) (local.get 0) (then (i32.const 1000)) (else (i32.const 2000))))
  (func $if_bit (param i32) (result i32)
    (if (result i32) (i32.and (local.get 0) (i32.const 8)) (then (i32.const 1000)) (else (i32.const 2000))))
  (func $if_not (param i32 i32) (result i32)
    (if (result i32) (i32.eqz (i32.gt_s (local.get 0) (local.get 1)))
      (then (i32.const 1000)) (else (i32.const 2000))))
  (func $if_wide (param i64) (result i32)
    (if (result i32) (i64.lt_s (local.get 0) (i64.const 10)) (then (i32.const 1000)) (else (i32.const 2000))))
  (func $loop (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (local.get 0)))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 1))
  (func $table (param i32) (result i32)
    (block (block (block
      (br_table 0 1 2 (local.get 0)))
      (return (i32.const 100)))
      (return (i32.const 200)))
    (i32.const 300)))

;;= output
;;
;; main!less
;; 10 bytes, frame 0
;; .L0:
;;    0  cmp r0, r1
;;    2  ite lt
;;    4  movlt r0, #1
;;    6  movge r0, #0
;;    8  bx lr
;;
;; main!minimum
;; 12 bytes, frame 0
;; .L0:
;;    0  cmp r0, r1
;;    2  mov r2, r0
;;    4  mov r0, r1
;;    6  it lo
;;    8  movlo r0, r2
;;    a  bx lr
;;
;; main!if_zero
;; 14 bytes, frame 0
;; .L0:
;;    0  cbz r0, .L2
;; .L1:
;;    2  mov.w r0, #1000
;;    6  b.n .L3
;; .L2:
;;    8  mov.w r0, #2000
;; .L3:
;;    c  bx lr
;;
;; main!if_bit
;; 18 bytes, frame 0
;; .L0:
;;    0  and r2, r0, #8
;;    4  cbz r2, .L2
;; .L1:
;;    6  mov.w r0, #1000
;;    a  b.n .L3
;; .L2:
;;    c  mov.w r0, #2000
;; .L3:
;;   10  bx lr
;;
;; main!if_not
;; 16 bytes, frame 0
;; .L0:
;;    0  cmp r0, r1
;;    2  bgt.n .L2
;; .L1:
;;    4  mov.w r0, #1000
;;    8  b.n .L3
;; .L2:
;;    a  mov.w r0, #2000
;; .L3:
;;    e  bx lr
;;
;; main!if_wide
;; 20 bytes, frame 0
;; .L0:
;;    0  cmp r0, #10
;;    2  sbcs r0, r1, #0
;;    6  bge.n .L2
;; .L1:
;;    8  mov.w r0, #1000
;;    c  b.n .L3
;; .L2:
;;    e  mov.w r0, #2000
;; .L3:
;;   12  bx lr
;;
;; main!loop
;; 14 bytes, frame 0
;; .L0:
;;    0  movs r3, #0
;;    2  mov r1, r3
;; .L1:
;;    4  adds r1, r1, r0
;;    6  subs r0, r0, #1
;;    8  bne.n .L1
;; .L4:
;;    a  mov r0, r1
;;    c  bx lr
;;
;; main!table
;; 24 bytes, frame 0
;; .L0:
;;    0  cmp r0, #2
;;    2  bhs.n .L3
;;    4  tbb [pc, r0]
;;    8  .byte 1
;;    9  .byte 3
;; .L1:
;;    a  movs r0, #100
;;    c  bx lr
;; .L2:
;;    e  movs r0, #200
;;   10  bx lr
;; .L3:
;;   12  mov.w r0, #300
;;   16  bx lr
