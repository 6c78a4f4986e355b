;;board mps2-an386 mps2-an505 mps2-an385
;;! component "a" "a.wat" { memory budget=(KiB)4 }
;;! component "b" "b.wat" { memory budget=(KiB)4 }
;;! run "a#main"
;;! run "b#later"
;;@ a.wat
(module
  (import "compose" "clock" (func $clock (result i64)))
  (import "compose" "log_u32" (func $log (param i32)))
  (import "compose" "write" (func $write (param i32 i32)))
  (memory 1)
  (data (i32.const 0) "between\n")
  (func (export "main")
    (local $first i64) (local $next i64)
    (local.set $first (call $clock))
    ;; Host functions beside it work as ever.
    (call $write (i32.const 0) (i32.const 8))
    ;; It moves, and does so in steps of microseconds.
    (loop $again
      (local.set $next (call $clock))
      (br_if $again (i64.eq (local.get $next) (local.get $first))))
    (call $log (i64.gt_u (local.get $next) (local.get $first)))
    (call $log (i32.wrap_i64 (i64.rem_u (local.get $next) (i64.const 1000))))
    ;; A system that started years ago would be one whose counters disagree.
    (call $log (i64.lt_u (local.get $next) (i64.const 60_000_000_000)))))
;;@ b.wat
(module
  (import "compose" "clock" (func $clock (result i64)))
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 1)
  (func (export "later")
    (call $log (i64.gt_u (call $clock) (i64.const 0)))))

;;= output
;; between
;; 1
;; 0
;; 1
;; 1
;;= exit 0
