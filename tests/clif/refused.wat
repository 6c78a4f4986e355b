;; Each function that uses what is not there is named, with the offset.
(module
  (table $t 1 funcref)
  (func $table (result i32) (table.grow $t (ref.null func) (i32.const 1)))
  (func $other (table.fill $t (i32.const 0) (ref.null func) (i32.const 1)))
  (func $fine (result i32) (i32.const 1)))

;;= error
;;
;; function `table` of `main` uses `table.grow` at wasm offset 0x27, which the code generator does not have
;;
;; function `other` of `main` uses `table.fill` at wasm offset 0x33, which the code generator does not have
