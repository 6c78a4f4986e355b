;; A `cabi_realloc` that grows the memory is replaced by the arena: where the module calls it, where a table holds it, and
;; where other components call it. What only it reached is not there any more.
;;board mps2-an386 mps2-an505
;;! component "a" "a.wat" { memory budget=(KiB)4; arena (B)256 take-over=#true }
;;! component "b" "b.wat"
;;! run "a#direct"
;;! run "a#by-table" 0
;;! run "a#by-table" 1
;;! run "b#from-elsewhere"
;;! run "a#direct"
;;! run "b#too-much"
;;! run "b#from-elsewhere"

;;@ a.wat
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory (export "memory") 1)
  (global $__heap_base (export "__heap_base") i32 (i32.const 1024))
  (table 2 2 funcref)
  (elem (i32.const 0) $cabi_realloc $other)
  (type $realloc (func (param i32 i32 i32 i32) (result i32)))
  (func $sbrk (param i32) (result i32) (i32.shl (memory.grow (local.get 0)) (i32.const 16)))
  (func $malloc (param i32) (result i32) (call $sbrk (i32.const 1)))
  (func $cabi_realloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (call $malloc (local.get 3)))
  (func $other (type $realloc) (i32.const 7))
  (func (export "direct")
    (call $log (call $cabi_realloc (i32.const 0) (i32.const 0) (i32.const 8) (i32.const 20))))
  (func (export "by-table") (param i32)
    (call $log
      (call_indirect (type $realloc)
        (i32.const 0) (i32.const 0) (i32.const 16) (i32.const 20) (local.get 0)))))
;;@ b.wat
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (import "a" "cabi_realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
  (func (export "from-elsewhere")
    (call $log (call $realloc (i32.const 0) (i32.const 0) (i32.const 32) (i32.const 1))))
  (func (export "too-much")
    (call $log (call $realloc (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 1000)))))

;;= output
;; 3840
;; 3872
;; 7
;; 3904
;; 3912
;; trap: component `a`: arena exhausted: 1000 bytes asked for, 164 left, high-water mark 92 (code a!cabi_realloc (thunk))
;; trap: component `b`: call into a stopped component (code b!from-elsewhere)
;;= exit 1
