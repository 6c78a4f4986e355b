;; The component `customer`: fills a basket, and asks what is in it. Addresses in what it passes are in its own memory:
;; strings and lists are copied, and neither side sees the other's memory.
(module
  (import "$root" "cabi-arena-realloc" (func $arena (param i32 i32 i32 i32) (result i32)))
  (import "compose:host/console@0.1.0" "write" (func $write (param i32 i32)))
  (import "compose:host/console@0.1.0" "log-u32" (func $log (param i32)))
  (import "demo:shop/baskets@0.1.0" "[constructor]basket" (func $basket (param i32 i32) (result i32)))
  ;; The last parameter is where the result goes.
  (import "demo:shop/baskets@0.1.0" "[method]basket.add" (func $add (param i32 i32 i32 i32)))
  (import "demo:shop/baskets@0.1.0" "[method]basket.find" (func $find (param i32 i32 i32 i32 i32)))
  (import "demo:shop/baskets@0.1.0" "[resource-drop]basket" (func $drop (param i32)))
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 512))
  (data (i32.const 0) "Zo\c3\ab")
  (data (i32.const 16) "tea")
  (data (i32.const 24) "cr\c3\a8me")
  (data (i32.const 32) "jam")
  ;; A list of three items: name (address and length), cents.
  (data (i32.const 64) "\10\00\00\00\03\00\00\00\2c\01\00\00")
  (data (i32.const 76) "\18\00\00\00\06\00\00\00\c7\00\00\00")
  (data (i32.const 88) "\20\00\00\00\03\00\00\00\8f\01\00\00")
  (data (i32.const 128) "customer: that makes ")
  (data (i32.const 160) "customer: refused, ")
  (data (i32.const 192) "customer: found ")
  (data (i32.const 224) "customer: found nothing\0a")
  (data (i32.const 256) " for ")
  (data (i32.const 264) "\0a")

  (func (export "shop") (local $handle i32)
    (local.set $handle (call $basket (i32.const 0) (i32.const 4)))
    (call $put (local.get $handle) (i32.const 3))
    (call $put (local.get $handle) (i32.const 2))
    ;; Case 0, `all`; case 1, `dearer-than`; case 2, `named`.
    (call $look (local.get $handle) (i32.const 0) (i32.const 0) (i32.const 0))
    (call $look (local.get $handle) (i32.const 1) (i32.const 300) (i32.const 0))
    (call $look (local.get $handle) (i32.const 2) (i32.const 24) (i32.const 6))
    (call $look (local.get $handle) (i32.const 2) (i32.const 0) (i32.const 4))
    (call $drop (local.get $handle)))

  ;; `result<u32, string>` at 384: which case, and at 388 the number, or the string.
  (func $put (param $handle i32) (param $count i32)
    (call $add (local.get $handle) (i32.const 64) (local.get $count) (i32.const 384))
    (if (i32.eqz (i32.load8_u (i32.const 384)))
      (then
        (call $write (i32.const 128) (i32.const 21))
        (call $log (i32.load (i32.const 388))))
      (else
        (call $write (i32.const 160) (i32.const 19))
        (call $write (i32.load (i32.const 388)) (i32.load (i32.const 392)))
        (call $write (i32.const 264) (i32.const 1)))))

  ;; `option<item>` at 384: whether it is there, and at 388 the item.
  (func $look (param $handle i32) (param $case i32) (param $a i32) (param $b i32)
    (call $find (local.get $handle) (local.get $case) (local.get $a) (local.get $b) (i32.const 384))
    (if (i32.eqz (i32.load8_u (i32.const 384)))
      (then (return (call $write (i32.const 224) (i32.const 24)))))
    (call $write (i32.const 192) (i32.const 16))
    (call $write (i32.load (i32.const 388)) (i32.load (i32.const 392)))
    (call $write (i32.const 256) (i32.const 5))
    (call $log (i32.load (i32.const 396))))

  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (call $arena (local.get 0) (local.get 1) (local.get 2) (local.get 3))))
