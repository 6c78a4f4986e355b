#!/bin/sh
# Rebuilds the .wasm files of the kernels from their sources. Needs clang and wasm-ld (version 19 made the files that are
# here; another version may make other bytes). The flags are those of examples/systems/build.sh, plus the extensions of
# WebAssembly 2.0 that every compiler uses by now.
set -eu
cd "$(dirname "$0")"
CLANG=${CLANG:-clang-19}
# build LEVEL NAME.c OUT.wasm
build() {
    "$CLANG" --target=wasm32 "$1" -nostdlib -Wall -Wextra -Werror \
        -mbulk-memory -msign-ext -mnontrapping-fptoint -mmutable-globals \
        -Wl,--no-entry -Wl,-z,stack-size=2048 -Wl,--global-base=16 -Wl,--export=__heap_base -Wl,--strip-debug \
        -o "$3" "$2"
    chmod 644 "$3"
}

for source in *.c; do
    build -O2 "$source" "${source%.c}.wasm"
    build -Oz "$source" "${source%.c}.small.wasm"
done
