#!/bin/sh
# Rebuilds the .wasm files of the examples from their sources. Needs clang and wasm-ld (version 19 made the files that
# are here; another version may make other bytes), and Cargo for WebAssembly text.
set -eu
cd "$(dirname "$0")"
CLANG=${CLANG:-clang-19}

# c NAME: NAME.c -> NAME.wasm. No C library: what a component needs, it imports.
#   -z stack-size     the stack inside the wasm memory; the default of 64 KiB is more than whole parts have
#   --global-base     where static data starts; the default leaves the first KiB empty
#   __heap_base       tells `compose` where data and stack end, so that the budget may be below 64 KiB
#   --strip-debug     keeps the names of functions, which make traps readable
c() {
    "$CLANG" --target=wasm32 -O2 -nostdlib -Wall -Wextra -Werror \
        -Wl,--no-entry -Wl,-z,stack-size=512 -Wl,--global-base=16 -Wl,--export=__heap_base -Wl,--strip-debug \
        -o "$1.wasm" "$1.c"
    chmod 644 "$1.wasm"
}

# component NAME WORLD WIT: NAME.c, its bindings and guest.c -> NAME.wasm, a component. The bindings are what
# `wit-bindgen c --no-object-file --world WORLD` 0.63 (`cargo install wit-bindgen-cli`) makes of WIT after wit/host.wit.
component() {
    folder=$(dirname "$1")
    # The module is called like its file.
    core=$(mktemp -d)/$2.wasm
    "$CLANG" --target=wasm32 -O2 -nostdlib -Wall -Wextra -Werror -mbulk-memory -I"$folder/include" \
        -Wl,--no-entry -Wl,-z,stack-size=1024 -Wl,--global-base=16 -Wl,--export=__heap_base -Wl,--strip-debug \
        -o "$core" "$1.c" "$folder/bindings/$2.c" "$folder/guest.c"
    cargo run --quiet --example componentize -- "$core" "$2" "$1.wasm" ../../wit/host.wit "$3"
    rm -r "$(dirname "$core")"
}

# text NAME WORLD WIT: NAME.core.wat -> NAME.wasm, a component.
text() {
    cargo run --quiet --example componentize -- "$1.core.wat" "$2" "$1.wasm" ../../wit/host.wit "$3"
}

wat() {
    cargo run --quiet --example wat2wasm -- "$1.wat" "$1.wasm"
}

c quickstart/sampler
wat quickstart/filter
c intruder/intruder
wat intruder/victim
wat two-memories/copier
component journal/keeper keeper journal/journal.wit
component journal/station station journal/journal.wit
text baskets/clerk clerk baskets/baskets.wit
text baskets/customer customer baskets/baskets.wit
