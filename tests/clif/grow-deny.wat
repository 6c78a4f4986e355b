;;! component "main" "main.wat" { memory budget=(KiB)64 grow="deny"; }
;; Growing by 0 gives the size, by anything else -1.
(module
  (memory 1 3)
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))

;;= output
;;
;; main!grow
;; function u0:0(i32) -> i32 tail {
;;                                 block0(v0: i32):
;; @002b                               v5 = iconst.i32 -1
;;                                     v9 = iconst.i32 1
;;                                     v10 = select v0, v5, v9  ; v5 = -1, v9 = 1
;; @002d                               return v10
;; }
