;; Each function that uses what is not there is named, with the offset.
(module
  (func $scale (param i32) (result i32) (i32.trunc_sat_f32_s (f32.mul (f32.const 0.5) (f32.convert_i32_s (local.get 0)))))
  (func $typed (param f64))
  (func $local (local f32))
  (func $call (call $typed (f64.const 0)))
  (func $block (drop (block (result f32) (unreachable))))
  (table $t 1 funcref)
  (func $table (result i32) (table.grow $t (ref.null func) (i32.const 1)))
  (func $fine (result i32) (i32.const 1)))

;;= error
;;
;; function `scale` of `main` uses `f32.const` at wasm offset 0x30, which the code generator does not have
;;
;; function `typed` of `main` uses a value of type f64 at wasm offset 0x3d, which the code generator does not have
;;
;; function `local` of `main` uses a value of type f32 at wasm offset 0x41, which the code generator does not have
;;
;; function `call` of `main` uses `f64.const` at wasm offset 0x46, which the code generator does not have
;;
;; function `block` of `main` uses a value of type f32 at wasm offset 0x54, which the code generator does not have
;;
;; function `table` of `main` uses `table.grow` at wasm offset 0x60, which the code generator does not have
