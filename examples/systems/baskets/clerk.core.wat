;; The component `clerk`: has baskets. What it is given is put into its arena by `cabi_realloc`, and stays there: a
;; basket only keeps addresses.
(module
  (import "$root" "cabi-arena-realloc" (func $arena (param i32 i32 i32 i32) (result i32)))
  (import "compose:host/console@0.1.0" "write" (func $write (param i32 i32)))
  ;; A number in, a handle out: who holds the handle cannot see the number.
  (import "[export]demo:shop/baskets@0.1.0" "[resource-new]basket" (func $handle (param i32) (result i32)))
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 512))
  (data (i32.const 0) "clerk: a basket for ")
  (data (i32.const 32) "clerk: a basket comes back\0a")
  (data (i32.const 64) "no more than four items")
  (data (i32.const 96) "\0a")

  ;; At 128: whether the only basket is taken. Basket, at 132: how many items, what they cost, and items of 12 bytes: name
  ;; (address and length), cents.
  (func (export "demo:shop/baskets@0.1.0#[constructor]basket") (param $owner i32) (param $length i32) (result i32)
    (if (i32.load (i32.const 128)) (then (unreachable)))
    (i32.store (i32.const 128) (i32.const 1))
    (i32.store (i32.const 132) (i32.const 0))
    (i32.store (i32.const 136) (i32.const 0))
    (call $write (i32.const 0) (i32.const 20))
    (call $write (local.get $owner) (local.get $length))
    (call $write (i32.const 96) (i32.const 1))
    (call $handle (i32.const 132)))

  ;; Called when the handle is dropped.
  (func (export "demo:shop/baskets@0.1.0#[dtor]basket") (param $basket i32)
    (i32.store (i32.const 128) (i32.const 0))
    (call $write (i32.const 32) (i32.const 27)))

  ;; A list is an address and a count. The result is in memory: a byte that says which case, and at 4 the number or the
  ;; string.
  (func (export "demo:shop/baskets@0.1.0#[method]basket.add")
      (param $basket i32) (param $items i32) (param $count i32) (result i32)
    (local $to i32)
    (if (i32.gt_u (i32.add (i32.load (local.get $basket)) (local.get $count)) (i32.const 4))
      (then
        (i32.store8 (i32.const 256) (i32.const 1))
        (i32.store (i32.const 260) (i32.const 64))
        (i32.store (i32.const 264) (i32.const 23))
        (return (i32.const 256))))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $to
          (i32.add (i32.add (local.get $basket) (i32.const 8)) (i32.mul (i32.load (local.get $basket)) (i32.const 12))))
        (memory.copy (local.get $to) (local.get $items) (i32.const 12))
        (i32.store (local.get $basket) (i32.add (i32.load (local.get $basket)) (i32.const 1)))
        (i32.store offset=4 (local.get $basket)
          (i32.add (i32.load offset=4 (local.get $basket)) (i32.load offset=8 (local.get $items))))
        (local.set $items (i32.add (local.get $items) (i32.const 12)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
    (i32.store8 (i32.const 256) (i32.const 0))
    (i32.store (i32.const 260) (i32.load offset=4 (local.get $basket)))
    (i32.const 256))

  ;; A variant is its case, and what all cases need at most: here an address and a length, or a number in the first of them.
  (func (export "demo:shop/baskets@0.1.0#[method]basket.find")
      (param $basket i32) (param $case i32) (param $a i32) (param $b i32) (result i32)
    (local $item i32) (local $left i32)
    (local.set $item (i32.add (local.get $basket) (i32.const 8)))
    (local.set $left (i32.load (local.get $basket)))
    (i32.store8 (i32.const 256) (i32.const 0))
    (block $none
      (loop $next
        (br_if $none (i32.eqz (local.get $left)))
        (if (call $passes (local.get $item) (local.get $case) (local.get $a) (local.get $b))
          (then
            (i32.store8 (i32.const 256) (i32.const 1))
            (memory.copy (i32.const 260) (local.get $item) (i32.const 12))
            (return (i32.const 256))))
        (local.set $item (i32.add (local.get $item) (i32.const 12)))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br $next)))
    (i32.const 256))

  (func $passes (param $item i32) (param $case i32) (param $a i32) (param $b i32) (result i32)
    (if (i32.eqz (local.get $case)) (then (return (i32.const 1))))
    (if (i32.eq (local.get $case) (i32.const 1))
      (then (return (i32.gt_u (i32.load offset=8 (local.get $item)) (local.get $a)))))
    (if (i32.ne (i32.load offset=4 (local.get $item)) (local.get $b)) (then (return (i32.const 0))))
    (local.set $item (i32.load (local.get $item)))
    (block $equal
      (loop $next
        (br_if $equal (i32.eqz (local.get $b)))
        (if (i32.ne (i32.load8_u (local.get $a)) (i32.load8_u (local.get $item))) (then (return (i32.const 0))))
        (local.set $a (i32.add (local.get $a) (i32.const 1)))
        (local.set $item (i32.add (local.get $item) (i32.const 1)))
        (local.set $b (i32.sub (local.get $b) (i32.const 1)))
        (br $next)))
    (i32.const 1))

  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (call $arena (local.get 0) (local.get 1) (local.get 2) (local.get 3))))
