// Takes the modules out of npm packages, whose scripts hold them as text, and puts them beside this file:
//
//     npm pack hash-wasm@4.13.0 xxhash-wasm@1.1.0 && tar xf hash-wasm-4.13.0.tgz --one-top-level=hash-wasm \
//         && tar xf xxhash-wasm-1.1.0.tgz --one-top-level=xxhash-wasm && node tests/npm/extract.mjs .
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [folder] = process.argv.slice(2);
const here = import.meta.dirname;
const put = (name, bytes) => writeFileSync(join(here, name), bytes);
for (const name of ["hash-wasm", "xxhash-wasm"]) mkdirSync(join(here, name), { recursive: true });

// As base64, beside its name. Three want more memory than a microcontroller has.
const left = ["argon2", "bcrypt", "scrypt"];
const hashes = readFileSync(join(folder, "hash-wasm/package/dist/index.esm.js"), "utf8");
for (const [, name, data] of hashes.matchAll(/var name\S* = "(\w+)";\s*var data\S* = "([A-Za-z0-9+/=]+)"/g))
    if (!left.includes(name)) put(`hash-wasm/${name}.wasm`, Buffer.from(data, "base64"));
copyFileSync(join(folder, "hash-wasm/package/LICENSE"), join(here, "hash-wasm/LICENSE"));

// As a list of numbers.
const xxhash = readFileSync(join(folder, "xxhash-wasm/package/esm/xxhash-wasm.js"), "utf8");
const [, bytes] = xxhash.match(/\[(0,97,115,109,[0-9,]+)\]/);
put("xxhash-wasm/xxhash.wasm", Buffer.from(bytes.split(",").map(Number)));
copyFileSync(join(folder, "xxhash-wasm/package/LICENSE.md"), join(here, "xxhash-wasm/LICENSE.md"));
